//! Partners: what enterprises agree on, and the supplies that follow from it.

pub mod agreements;
pub mod breaches;
pub mod consignment;
pub mod debts;
pub mod joint_buying;
pub mod materials;
pub mod notices;
pub mod obligations;
pub mod parties;
pub mod recipes;
pub mod restock;
pub mod stalls;
pub mod supplier_orders;
pub mod supply;
pub mod till;
