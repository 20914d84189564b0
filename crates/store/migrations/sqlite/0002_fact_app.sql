-- The facts of an app in order: `seq` follows implicitly. For whoever reads on from a sequence number.
CREATE INDEX fact_app ON fact (app);
