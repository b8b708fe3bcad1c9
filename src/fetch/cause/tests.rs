use rustls::{AlertDescription, CertificateError, Error as TlsError, PeerIncompatible};

use crate::fetch::Error;
use crate::health::{Cause, Flaw};

#[test]
fn s55_each_fault_of_tls_has_its_own_cause() {
    let check = |source: TlsError, flaw: Flaw| {
        let error = Error::Tls { host: "h".into(), source };
        assert_eq!(error.cause(), Cause::Tls(flaw), "{error:?}");
    };
    let certificate = TlsError::InvalidCertificate;
    check(certificate(CertificateError::Expired), Flaw::Expired);
    check(certificate(CertificateError::NotValidYet), Flaw::Expired);
    check(certificate(CertificateError::NotValidForName), Flaw::Name);
    check(certificate(CertificateError::UnknownIssuer), Flaw::Issuer);
    check(certificate(CertificateError::BadSignature), Flaw::Other);
    check(TlsError::PeerIncompatible(PeerIncompatible::Tls12NotOffered), Flaw::Version);
    check(TlsError::AlertReceived(AlertDescription::ProtocolVersion), Flaw::Version);
    check(TlsError::AlertReceived(AlertDescription::HandshakeFailure), Flaw::Other);
}
