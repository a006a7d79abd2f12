//! `simulator`: only the services, for tests and training.
