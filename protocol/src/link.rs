//! Links by which people come in: a setup link for a founder, an invite link for everyone else (spine rule 3).
//!
//! `plumbline://setup?at=HOST:PORT&ca=HEX&key=HEX#SECRET` and
//! `plumbline://enrol?at=HOST:PORT&ca=HEX&organisation=HEX&invite=UUID&member=UUID#SECRET`, with these parameters in this order and
//! nothing else. `ca` is the SHA-256 of the server's authority certificate, which the device pins; the secret stands in the
//! fragment, which browsers do not send. An invite's secret is the seed of its one-use Ed25519 key; a setup secret is opaque.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::{Fault, Hash, OrganisationId, Uuid};

/// Where the server is and how to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Host and port.
    pub at: String,
    /// SHA-256 of its authority's certificate (DER).
    pub ca: Hash,
}

/// A founder's link. It has no `Debug`: it holds a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct SetupLink {
    /// The server.
    pub server: Server,
    /// The key with which it will sign this organisation's checkpoints.
    pub server_key: [u8; 32],
    /// Opaque one-time secret, 32 bytes.
    pub secret: Zeroizing<[u8; 32]>,
}

/// An invited member's link. It has no `Debug`: it holds a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteLink {
    /// The server.
    pub server: Server,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The invite.
    pub invite: Uuid,
    /// The member it is for: in the link, so that the server has no say in whom a device enrols.
    pub member: Uuid,
    /// Seed of the one-use Ed25519 key.
    pub secret: Zeroizing<[u8; 32]>,
}

impl fmt::Display for SetupLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Server { at, ca } = &self.server;
        let (key, secret) = (HEXLOWER.encode(&self.server_key), Zeroizing::new(HEXLOWER.encode(&*self.secret)));
        write!(f, "plumbline://setup?at={at}&ca={ca}&key={key}#{}", *secret)
    }
}

impl fmt::Display for InviteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Server { at, ca } = &self.server;
        let (organisation, invite, member, secret) =
            (self.organisation, self.invite, self.member, Zeroizing::new(HEXLOWER.encode(&*self.secret)));
        write!(
            f,
            "plumbline://enrol?at={at}&ca={ca}&organisation={organisation}&invite={invite}&member={member}#{}",
            *secret
        )
    }
}

impl FromStr for SetupLink {
    type Err = Fault;
    fn from_str(link: &str) -> Result<Self, Fault> {
        let (query, secret) = parts(link, "plumbline://setup?")?;
        let [at, ca, key] = parameters(query, ["at", "ca", "key"])?;
        let key: Hash = key.parse().map_err(|_| Fault::invalid("link", "key"))?;
        Ok(SetupLink { server: server(at, ca)?, server_key: key.0, secret })
    }
}

impl FromStr for InviteLink {
    type Err = Fault;
    fn from_str(link: &str) -> Result<Self, Fault> {
        let (query, secret) = parts(link, "plumbline://enrol?")?;
        let [at, ca, organisation, invite, member] =
            parameters(query, ["at", "ca", "organisation", "invite", "member"])?;
        Ok(InviteLink {
            server: server(at, ca)?,
            organisation: organisation.parse().map_err(|_| Fault::invalid("link", "organisation"))?,
            invite: invite.parse().map_err(|_| Fault::invalid("link", "invite"))?,
            member: member.parse().map_err(|_| Fault::invalid("link", "member"))?,
            secret,
        })
    }
}

fn parts<'a>(link: &'a str, prefix: &str) -> Result<(&'a str, Zeroizing<[u8; 32]>), Fault> {
    if link.len() > 1000 {
        return Err(Fault::invalid("link", "length"));
    }
    let rest = link.trim().strip_prefix(prefix).ok_or_else(|| Fault::invalid("link", "kind"))?;
    let (query, secret) = rest.split_once('#').ok_or_else(|| Fault::invalid("link", "secret"))?;
    let secret: Hash = secret.parse().map_err(|_| Fault::invalid("link", "secret"))?;
    Ok((query, Zeroizing::new(secret.0)))
}

fn parameters<'a, const N: usize>(query: &'a str, names: [&str; N]) -> Result<[&'a str; N], Fault> {
    let values: Option<Vec<&str>> =
        query.split('&').zip(names).map(|(pair, name)| pair.strip_prefix(name)?.strip_prefix('=')).collect();
    let whole = query.split('&').count() == N;
    values.filter(|_| whole).and_then(|v| v.try_into().ok()).ok_or_else(|| Fault::invalid("link", "parameters"))
}

fn server(at: &str, ca: &str) -> Result<Server, Fault> {
    let (host, port) = at.rsplit_once(':').ok_or_else(|| Fault::invalid("link", "at"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '[' | ']' | ':');
    if host.is_empty() || !host.chars().all(plain) || port.parse::<u16>().is_err() {
        return Err(Fault::invalid("link", "at"));
    }
    Ok(Server { at: at.to_owned(), ca: ca.parse().map_err(|_| Fault::invalid("link", "ca"))? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_round_trip_and_what_is_wrong_is_named() {
        let server = Server { at: "127.0.0.1:4433".to_owned(), ca: Hash([1; 32]) };
        let setup = SetupLink { server: server.clone(), server_key: [2; 32], secret: Zeroizing::new([3; 32]) };
        assert!(setup.to_string().parse::<SetupLink>().is_ok_and(|l| l == setup));
        let invite = InviteLink {
            server,
            organisation: OrganisationId([4; 32]),
            invite: Uuid::v7(1, [5; 10]),
            member: Uuid::v7(2, [7; 10]),
            secret: Zeroizing::new([6; 32]),
        };
        let text = invite.to_string();
        assert!(text.parse::<InviteLink>().is_ok_and(|l| l == invite));
        for (wrong, reason) in [
            (text.replace("enrol", "setup"), "kind"),
            (text.replace('#', ""), "secret"),
            (text.replace("127.0.0.1", "evil/path"), "at"),
            (text.replace(":4433", ":99999"), "at"),
            (text.replace("&invite", "&extra=1&invite"), "parameters"),
            (text.replace("0404", "04G4"), "organisation"),
            ("x".repeat(5000), "length"),
        ] {
            let fault = wrong.parse::<InviteLink>().err();
            assert_eq!(fault, Some(Fault::invalid("link", reason)), "{wrong}");
        }
    }
}
