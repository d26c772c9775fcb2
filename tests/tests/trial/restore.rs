//! A server restored from a backup says so, and what its log lost is offered again.
