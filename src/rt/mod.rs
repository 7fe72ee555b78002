//! The running part: carries out what the library decides. The only `unsafe`, the only system calls.
