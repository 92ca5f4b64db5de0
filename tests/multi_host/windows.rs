//! Two real windows on one Xvfb, in two namespaces: hosted and joined by
//! clicks, played by keys.
