//! `ado2entra.plan/1`: the plan with the columns of its CSV.
