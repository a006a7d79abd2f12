//! The query of a request, read as the services read it: `+` is a blank, names ignore case.

use percent_encoding::percent_decode_str;

#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(raw: &str) -> Self {
        let pairs = raw.split('&').filter(|part| !part.is_empty()).map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        });
        Self(pairs.collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The values of a comma list; empty where the parameter is absent or empty.
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.get(name).map_or_else(Vec::new, |value| {
            value.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
        })
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unencoded_plus_is_lost_and_an_encoded_one_survives() {
        let query = Query::parse("continuationToken=+RID:~x&b=%2BRID%3A~x%3D%23&C=1,%202");
        assert_eq!(query.get("continuationtoken"), Some(" RID:~x"));
        assert_eq!(query.get("b"), Some("+RID:~x=#"));
        assert_eq!(query.list("c"), ["1", "2"]);
        assert!(!query.has("d"));
    }
}
