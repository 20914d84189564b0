//! Lets the crate compile before the web pages are built: the folders to embed must exist.

use std::path::Path;

fn main() {
    for dist in ["../../web/dist", "../../web/dist-console"] {
        // An error shows as the embedding macro's own message about the missing folder.
        let _ = std::fs::create_dir_all(Path::new(dist));
        // A cargo directive, read from standard output.
        let directive = format!("cargo:rerun-if-changed={dist}\n");
        std::io::Write::write_all(&mut std::io::stdout(), directive.as_bytes()).unwrap_or_default();
    }
}
