//! Lets the crate compile before the web page is built: the folder to embed must exist.

use std::path::Path;

fn main() {
    let dist = Path::new("../../web/dist");
    // An error shows as the embedding macro's own message about the missing folder.
    let _ = std::fs::create_dir_all(dist);
    // A cargo directive, read from standard output.
    std::io::Write::write_all(&mut std::io::stdout(), b"cargo:rerun-if-changed=../../web/dist\n")
        .unwrap_or_default();
}
