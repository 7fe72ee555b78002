//! Linking as decisions: what to map where ([`segments`]), what a name means ([`resolve`], [`world`]), what each word
//! becomes ([`relocate`]), and in which order constructors run ([`order`]). The runtime carries it out.

pub mod cache;
pub mod directories;
pub mod functions;
pub mod hwcaps;
pub mod memory;
pub mod object;
pub mod order;
pub mod protected;
pub mod relocate;
pub mod resolve;
pub mod search;
pub mod segments;
pub mod tokens;
pub mod trace;
pub mod versions;
pub mod world;
