//! Every identifier is its own type, all made by one macro; a bare `[u8; 32]` never crosses a
//! function. Text form: 64 lower-case hexadecimal digits. Short form, for logs: the first 8.

/// Declares a 32-byte value with its text, wire and log forms.
macro_rules! bytes32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The bytes themselves.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// The first eight hexadecimal digits: for logs and screens, never for comparison.
            pub fn short(&self) -> String {
                data_encoding::HEXLOWER.encode(&self.0[..4])
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl core::str::FromStr for $name {
            type Err = $crate::id::NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let bytes = data_encoding::HEXLOWER_PERMISSIVE
                    .decode(text.as_bytes())
                    .map_err(|_| $crate::id::NotAnId)?;
                Ok(Self(bytes.try_into().map_err(|_| $crate::id::NotAnId)?))
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                let bytes = d.bytes()?;
                bytes.try_into().map(Self).map_err(|_| {
                    minicbor::decode::Error::message(concat!(stringify!($name), " takes 32 bytes"))
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use bytes32;

/// A text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 64 hexadecimal digits")]
pub struct NotAnId;

bytes32! {
    /// One federation: the id of its genesis charter act.
    StateId
}
bytes32! {
    /// An office: the id of its inception act. Paths and LGD codes are attributes, never keys.
    OfficeId
}
bytes32! {
    /// An act: SHA-256 of its COSE `Sig_structure` (so it does not cover the signature bytes).
    ActId
}
bytes32! {
    /// A file, a dak, a register: the id of its first act.
    MatterId
}
bytes32! {
    /// A post in an office: the id of the act that made it.
    PostId
}
bytes32! {
    /// A person with keys: the id of the act that named the person.
    OfficerId
}
bytes32! {
    /// A charge, which puts an officer on a post: the id of the act that gave it.
    ChargeId
}
bytes32! {
    /// A public signing key: SHA-256 of its 32 bytes. Goes into COSE `kid`.
    KeyId
}
bytes32! {
    /// Sealed bytes: RFC 6962 root over their 256 KiB ciphertext chunks.
    ContentRoot
}
bytes32! {
    /// Salted SHA-256 of a plaintext: binds the signer to it without showing it.
    Commitment
}

bytes32! {
    /// One installation of an office: drawn at random when a node begins to speak for it from a disk
    /// that it has not spoken from before. A restart keeps it, a restored or cloned disk does not.
    Lineage
}

macro_rules! from_act {
    ($($name:ident),*) => {$(
        impl From<ActId> for $name {
            fn from(act: ActId) -> Self {
                Self(act.0)
            }
        }
        impl From<$name> for ActId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }
    )*};
}
from_act!(StateId, OfficeId, MatterId, PostId, OfficerId, ChargeId);
