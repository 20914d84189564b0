//! The shell that joins the room engine, the SFU and the ledger.
