//! A process that is killed at any write loses nothing that it acknowledged, on the client and on the server.
