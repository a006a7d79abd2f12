//! What the simulator answers is valid under the published descriptions, and its state changes as the services' do.
//!
//! The simulator is started in this process and called over plain HTTP, with a client that knows nothing of the
//! program's own.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

#[path = "simulator_contract/harness.rs"]
mod harness;
#[path = "simulator_contract/schema.rs"]
mod schema;

#[path = "simulator_contract/connecting.rs"]
mod connecting;
#[path = "simulator_contract/disturbing.rs"]
mod disturbing;
#[path = "simulator_contract/paging.rs"]
mod paging;
#[path = "simulator_contract/probing.rs"]
mod probing;
#[path = "simulator_contract/publishing.rs"]
mod publishing;
#[path = "simulator_contract/serving.rs"]
mod serving;
