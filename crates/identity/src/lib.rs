//! Who is asking: OpenID Connect towards several issuers, the built-in development issuer, sessions and
//! tokens. It says who somebody is, never what they may do: that is `access`.
#![warn(missing_docs)]
