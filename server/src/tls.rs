//! TLS 1.3 and nothing older, with a certificate of our own authority or of files that were given.
//!
//! The authority is made at first start: `authority.pem` (key and certificate in one file, so never one without the other;
//! readable by its owner alone) and `ca.pem`, the certificate for everybody. Devices pin it at enrolment, so it is never
//! made anew over an existing one. The server's own certificate lives in memory and is made at every start, so it is
//! always fresh and there is no second key file to guard.

use std::{
    fs,
    io::{self, Write},
    net::IpAddr,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use plumbline_protocol::Hash;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
    version::TLS13,
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    config::{Config, StartError},
    store::sync_folder,
};

/// How long a server certificate made at start is good.
const LIFETIME: Duration = Duration::from_secs(800 * 24 * 3600);
/// How far a device's clock may be behind ours for a fresh certificate.
const SLACK: Duration = Duration::from_secs(7 * 24 * 3600);

/// What the accept loop needs, and what devices pin.
pub(crate) struct Tls {
    pub config: Arc<ServerConfig>,
    /// SHA-256 of the authority's certificate (DER).
    pub ca_sha256: Hash,
}

/// Reads or makes the certificates and writes `ca.pem`.
pub(crate) fn load(config: &Config) -> Result<Tls, StartError> {
    let (chain, key) = match &config.tls {
        Some(files) => {
            let chain = CertificateDer::pem_file_iter(&files.certificate)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|e| StartError::Tls(e.to_string()))?;
            let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| StartError::Tls(e.to_string()))?;
            let authority = chain.last().ok_or_else(|| StartError::Tls("no certificate in the file".into()))?;
            write(&config.data.join("ca.pem"), pem(authority).as_bytes(), false)?;
            (chain, key)
        }
        None => own(config)?,
    };
    let ca_sha256 = Hash(chain.last().map(|c| Sha256::digest(c).into()).unwrap_or_default());
    let mut tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .and_then(|b| b.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| StartError::Tls(e.to_string()))?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Tls { config: Arc::new(tls), ca_sha256 })
}

/// A fresh server certificate and its key, signed by the authority of the data folder; the authority stands last.
fn own(config: &Config) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), StartError> {
    let file = config.data.join("authority.pem");
    let bad = |e: rcgen::Error| StartError::Tls(e.to_string());
    let authority = authority();
    let (ca_key, ca) = match read(&file)? {
        Some(text) => {
            let ca = CertificateDer::from_pem_slice(text.as_bytes()).map_err(|e| StartError::Tls(e.to_string()))?;
            (KeyPair::from_pem(&text).map_err(bad)?, ca)
        }
        None => {
            let key = KeyPair::generate().map_err(bad)?;
            let ca = authority.self_signed(&key).map_err(bad)?;
            let both = Zeroizing::new(key.serialize_pem() + &ca.pem());
            write(&file, both.as_bytes(), true)?;
            (key, ca.der().clone())
        }
    };
    write(&config.data.join("ca.pem"), pem(&ca).as_bytes(), false)?;

    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(config.name.clone());
    if !config.listen.ip().is_unspecified() {
        names.push(config.listen.ip().to_string());
    }
    names.sort();
    names.dedup();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut params = CertificateParams::new(names).map_err(bad)?;
    params.distinguished_name.push(DnType::CommonName, "Plumbline server");
    params.not_before = rcgen::date_time_ymd(1970, 1, 1) + now.saturating_sub(SLACK);
    params.not_after = rcgen::date_time_ymd(1970, 1, 1) + now + LIFETIME;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().map_err(bad)?;
    let certificate = params.signed_by(&key, &Issuer::from_params(&authority, &ca_key)).map_err(bad)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Ok((vec![certificate.der().clone(), ca], key))
}

/// The authority's parameters: the same at every start, for the server certificates name it by them.
fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Plumbline authority");
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2120, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// The host part of the server's address. A server that listens everywhere and has no name can promise the loopback alone.
pub(crate) fn host(config: &Config) -> String {
    match (&config.name, config.listen.ip()) {
        (Some(name), _) => name.clone(),
        (None, ip) if ip.is_unspecified() => "localhost".to_owned(),
        (None, IpAddr::V6(ip)) => format!("[{ip}]"),
        (None, IpAddr::V4(ip)) => ip.to_string(),
    }
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    let body = data_encoding::BASE64.encode(certificate);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for (i, c) in body.chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            text.push('\n');
        }
        text.push(c);
    }
    text + "\n-----END CERTIFICATE-----\n"
}

fn read(path: &Path) -> Result<Option<Zeroizing<String>>, StartError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StartError::Io("authority.pem", e)),
    }
}

/// Writes a whole file or none: a temporary one beside it, made durable, then renamed. Durable when it returns: devices pin
/// what this writes, and an authority that a power cut took back could never be made again.
fn write(path: &Path, bytes: &[u8], secret: bool) -> Result<(), StartError> {
    let temporary = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if secret { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = secret;
    let file = options.open(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let renamed = file.and_then(|()| fs::rename(&temporary, path));
    let folder = path.parent().unwrap_or(Path::new("."));
    renamed.and_then(|()| sync_folder(folder)).map_err(|e| StartError::Io("certificate file", e))
}
