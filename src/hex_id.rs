//! Ids of so many bytes, which people see as hexadecimal digits.

/// Defines such an id, with its error for texts and bytes that are none.
macro_rules! hex_id {
    ($(#[$of_id:meta])* pub struct $id:ident($bytes:literal); $error:ident: $words:literal) => {
        $(#[$of_id])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id([u8; $bytes]);

        #[doc = concat!("Not what it should be: ", $words, ".")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[error($words)]
        pub struct $error;

        impl $id {
            /// These bytes as an id.
            pub const fn new(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            pub fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $id {
            type Error = $error;

            fn try_from(bytes: &[u8]) -> Result<Self, $error> {
                bytes.try_into().map(Self).map_err(|_length| $error)
            }
        }

        impl std::str::FromStr for $id {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                // from_str_radix alone would take a sign.
                if text.len() != 2 * $bytes || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return Err($error);
                }
                let mut bytes = [0; $bytes];
                for (n, byte) in bytes.iter_mut().enumerate() {
                    let digits = &text[2 * n..2 * n + 2];
                    *byte = u8::from_str_radix(digits, 16).map_err(|_bad| $error)?;
                }
                Ok(Self(bytes))
            }
        }

        impl std::fmt::Display for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl std::fmt::Debug for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($id))
            }
        }
    };
}

pub(crate) use hex_id;
