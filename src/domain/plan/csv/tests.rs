//! Round trips and every reason for refusing.
