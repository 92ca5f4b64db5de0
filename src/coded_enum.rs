//! Enums whose variants have a word each in the headless interface and in files.

/// Defines a coded enum: each variant is followed by its word.
macro_rules! coded_enum {
    (
        $(#[$of_enum:meta])*
        pub enum $name:ident {
            $($(#[$of_variant:meta])* $variant:ident = $code:literal,)+
        }
    ) => {
        $(#[$of_enum])*
        pub enum $name {
            $($(#[$of_variant])* $variant,)+
        }

        impl $name {
            /// All of them, in the order they are offered and counted.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// The word for it in the headless interface.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The one of this word, if any.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.code() == code)
            }
        }
    };
}

/// Numbers the variants of a coded enum as those of the same names in an enum on
/// the wire. A variant without a number there does not compile.
macro_rules! numbered_on_the_wire {
    ($ours:ty, $theirs:ty: $($variant:ident),+ $(,)?) => {
        impl $ours {
            /// The number on the wire.
            pub(crate) fn number(self) -> i32 {
                match self {
                    $(Self::$variant => <$theirs>::$variant as i32,)+
                }
            }

            /// The one of this number, if any.
            pub(crate) fn from_number(number: i32) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.number() == number)
            }
        }
    };
}

pub(crate) use {coded_enum, numbered_on_the_wire};
