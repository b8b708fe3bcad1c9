//! What an error means for the state of a source.

use rustls::{CertificateError, Error as TlsError};

use super::Error;
use crate::health::{Cause, Flaw};

impl Error {
    /// Why a source whose list failed so is as it is.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Blocked(_) => Cause::Refused,
            Self::Dns { .. } => Cause::Dns,
            Self::Connect { .. } => Cause::Connect,
            Self::Tls { source, .. } => Cause::Tls(flaw(source)),
            Self::Protocol { .. } => Cause::Protocol,
            Self::Timeout { .. } | Self::Slow { .. } => Cause::Timeout,
            Self::TooLarge { .. } | Self::Inflated { .. } => Cause::TooLarge,
            Self::Redirects(_) => Cause::Redirects,
            Self::Status { status, .. } => Cause::Status(*status),
            Self::Wall { .. } => Cause::Wall,
            Self::CoolingDown { .. } => Cause::CoolingDown,
            Self::Body { .. } => Cause::Body,
            Self::Scheme { .. } | Self::Header { .. } => Cause::Settings,
            Self::Robots(_) => Cause::Robots,
            Self::Setup(_) | Self::Browser(_) => Cause::Other,
        }
    }
}

fn flaw(error: &TlsError) -> Flaw {
    match error {
        TlsError::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Flaw::Expired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Flaw::Name
            }
            CertificateError::UnknownIssuer => Flaw::Issuer,
            _ => Flaw::Other,
        },
        TlsError::PeerIncompatible(_)
        | TlsError::AlertReceived(rustls::AlertDescription::ProtocolVersion) => Flaw::Version,
        _ => Flaw::Other,
    }
}

#[cfg(test)]
mod tests;
