//! The published descriptions as JSON schemas, stricter than they are.
//!
//! Nearly every property of the descriptions is optional and any other is allowed, so that a misspelt name would
//! pass. Here every definition is flattened (`allOf`) and closed: a property that the description does not know is
//! an error. Three known gaps between descriptions and Microsoft's own examples are opened again, each with its
//! reason, and a property may be null where an example has it null.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::{Map, Value, json};

/// A description file.
pub struct Spec {
    document: Value,
    /// Where definitions are.
    root: &'static str,
    nulls: BTreeSet<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/specs")
}

impl Spec {
    pub fn devops(file: &str) -> Self {
        let text = fs::read_to_string(folder().join("azure-devops").join(file)).unwrap();
        let mut nulls = BTreeSet::new();
        for entry in walk(&folder().join("azure-devops/examples")) {
            let example: Value = serde_json::from_str(&fs::read_to_string(&entry).unwrap()).unwrap();
            null_members(&example["responses"], &mut nulls);
        }
        Self { document: serde_json::from_str(&text).unwrap(), root: "/definitions", nulls }
    }

    pub fn graph() -> Self {
        let text = fs::read_to_string(folder().join("microsoft-graph/openapi-subset.yaml")).unwrap();
        let document: Value = serde_yaml_ng::from_str(&text).unwrap();
        Self { document, root: "/components/schemas", nulls: BTreeSet::new() }
    }

    fn definition(&self, name: &str) -> &Value {
        let definitions = self.document.pointer(self.root).unwrap();
        definitions.get(name).unwrap_or_else(|| panic!("no definition {name}"))
    }

    /// The schema of the answer that the description gives for an operation.
    pub fn answer(&self, path: &str, method: &str, status: &str) -> Value {
        let answer = &self.document["paths"][path][method]["responses"][status];
        let schema = answer.get("schema").or_else(|| answer.pointer("/content/application~1json/schema"));
        let schema = schema.unwrap_or_else(|| panic!("no schema for {method} {path} {status}"));
        self.complete(self.convert("", schema))
    }

    /// Adds every definition, closed: descriptions refer to themselves in circles.
    fn complete(&self, mut schema: Value) -> Value {
        let definitions = self.document.pointer(self.root).unwrap().as_object().unwrap();
        let closed: Map<_, _> =
            definitions.iter().map(|(name, schema)| (name.clone(), self.convert(name, schema))).collect();
        schema["$defs"] = Value::Object(closed);
        schema
    }

    /// The same, as Azure DevOps wraps arrays: `{"count": …, "value": […]}`, as all examples show it.
    pub fn wrapped(&self, path: &str, method: &str) -> Value {
        let mut inner = self.answer(path, method, "200");
        inner.as_object_mut().unwrap().remove("$defs");
        assert_eq!(inner["type"], "array", "{path} answers no array");
        self.complete(closed(&json!({"count": {"type": "integer"}, "value": inner}), &["count", "value"]))
    }

    /// A definition by name.
    pub fn named(&self, name: &str) -> Value {
        self.complete(self.convert(name, self.definition(name)))
    }

    fn convert(&self, name: &str, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            return json!({"$ref": format!("#/$defs/{name}")});
        }
        let open = match name {
            // examples flatten the links into the object, the description has them one level down
            "ReferenceLinks" => Some(json!({"type": "object", "additionalProperties": {"type": "object"}})),
            // examples have plain members with $type and $value, the description an interface of a class library
            "PropertiesCollection" => Some(json!({"type": "object", "additionalProperties": {
                "type": "object", "required": ["$type", "$value"]}})),
            // examples write the descriptor as one string
            "IdentityDescriptor" => Some(json!({"type": "string"})),
            _ => None,
        };
        if let Some(open) = open {
            return open;
        }
        let mut converted = if schema.get("properties").is_some() || schema.get("allOf").is_some() {
            self.object(schema)
        } else {
            let mut plain = Map::new();
            for key in ["type", "enum", "format"] {
                if let Some(value) = schema.get(key) {
                    plain.insert(key.to_owned(), value.clone());
                }
            }
            if let Some(items) = schema.get("items") {
                plain.insert("items".to_owned(), self.convert("", items));
            }
            if let Some(more) = schema.get("additionalProperties") {
                plain.insert(
                    "additionalProperties".to_owned(),
                    if more.is_object() { self.convert("", more) } else { more.clone() },
                );
            }
            // examples of the token list write dates without a zone; numbers have no formats in JSON schema
            if matches!(schema["format"].as_str(), Some("int32" | "int64" | "T")) {
                plain.remove("format");
            }
            Value::Object(plain)
        };
        if schema["nullable"] == true {
            converted = json!({"anyOf": [converted, {"type": "null"}]});
        }
        converted
    }

    fn object(&self, schema: &Value) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        self.collect(schema, &mut properties, &mut required);
        let mut object = closed(&Value::Object(properties), &[]);
        object["required"] = json!(required);
        object
    }

    fn collect(&self, schema: &Value, properties: &mut Map<String, Value>, required: &mut Vec<Value>) {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let part = match part["$ref"].as_str() {
                Some(reference) => self.definition(reference.rsplit('/').next().unwrap()),
                None => part,
            };
            self.collect(part, properties, required);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let mut converted = self.convert("", property);
            if self.nulls.contains(name) {
                converted = json!({"anyOf": [converted, {"type": "null"}]});
            }
            properties.insert(name.clone(), converted);
        }
        required.extend(schema["required"].as_array().into_iter().flatten().cloned());
    }
}

fn closed(properties: &Value, required: &[&str]) -> Value {
    json!({
        "type": "object", "properties": properties, "required": required,
        "patternProperties": {"^@odata\\.": {}, "^@removed$": {}}, "additionalProperties": false,
    })
}

fn walk(folder: &PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files
}

/// Names of members that are null somewhere.
fn null_members(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if member.is_null() {
                    names.insert(name.clone());
                }
                null_members(member, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| null_members(item, names)),
        _ => {}
    }
}

/// The ways in which a value breaks a schema.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[track_caller]
pub fn assert_valid(schema: &Value, value: &Value) {
    let faults = faults(schema, value);
    assert!(faults.is_empty(), "not as published:\n{}", faults.join("\n"));
}
