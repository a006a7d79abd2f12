//! What joins the rooms into a running dashboard.
