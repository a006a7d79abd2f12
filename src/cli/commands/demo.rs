//! `demo`: the whole program against the embedded simulator; without a terminal a guided tour in words.
