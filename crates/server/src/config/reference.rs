//! `docs/config.md`, generated from the arguments themselves.

use std::fmt::Write as _;

use clap::Command;

use super::Effective;

/// The reference as Markdown: one row a key. `serve` is the command whose arguments are the settings; `effective`
/// holds their defaults.
pub fn reference(serve: &Command, effective: &[Effective]) -> String {
    let mut out = String::from(
        "# Configuration\n\n\
         Defaults < file (`--config FILE` or `SEDERUNT_CONFIG`, TOML) < environment < flags. A key with a dot is a \
         field of a table: `media.listen` is `listen` under `[media]`. Unknown keys in the file are refused. \
         `sederunt config print` shows the effective values, each with its origin, in a form that is itself a valid \
         file. No setting is a secret: keys and tokens are made by the server and live in the data folder.\n\n\
         | Key in the file | Flag | Environment | Default | Meaning |\n|---|---|---|---|---|\n",
    );
    for row in effective {
        let Some(arg) = serve.get_arguments().find(|a| a.get_id().as_str() == row.key) else { continue };
        let default = row.value.as_ref().map_or_else(|| "not set".to_owned(), |v| format!("`{v}`"));
        let flag = arg.get_long().unwrap_or_default();
        let env = arg.get_env().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let values: Vec<String> =
            arg.get_possible_values().iter().map(|v| format!("`{}`", v.get_name())).collect();
        let values =
            if values.is_empty() { String::new() } else { format!(" (one of {})", values.join(", ")) };
        let key = row.key;
        // Writing into a String cannot fail.
        let _ = writeln!(out, "| `{key}` | `--{flag}` | `{env}` | {default} | {help}{values} |");
    }
    out
}
