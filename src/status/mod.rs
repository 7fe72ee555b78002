//! What the outside is told: [`event`] holds every outcome of loading or updating an object with its one wording.

pub mod event;
