//! Parts of files.

use super::*;

#[tokio::test]
async fn a_download_goes_on_where_it_broke_off() {
    let s = Scene::new().await;
    // More than is read at a time.
    let bytes: Vec<u8> = (0..150_000_u32).map(|n| (n % 251) as u8).collect();
    let get = s.uploaded(&s.ann.token, "a.bin", &bytes).await;
    let whole = s.get(&get).await;
    assert_eq!((whole.status, &whole.body[..]), (StatusCode::OK, &bytes[..]));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let tag = whole.header("etag").to_owned();
    let part = async |range: &str, seen: Option<&str>| {
        let request = Request::get(path(&get)).header("range", range);
        let request = seen.into_iter().fold(request, |request, seen| request.header("if-range", seen));
        s.call(request.body(Body::empty()).unwrap()).await
    };
    for (range, from, to) in
        [("bytes=0-0", 0, 0), ("bytes=100-", 100, 149_999), ("bytes=-70000", 80_000, 149_999)]
    {
        let got = part(range, Some(&tag)).await;
        assert_eq!(got.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(got.header("content-range"), format!("bytes {from}-{to}/150000"));
        assert_eq!(got.header("content-length"), (to - from + 1).to_string());
        assert!(got.body[..] == bytes[from..=to], "{range}");
        assert_eq!(got.header("content-security-policy"), "sandbox; default-src 'none'");
    }
    let outside = part("bytes=150000-", None).await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!((outside.header("content-range"), outside.body.len()), ("bytes */150000", 0));
    for (range, seen) in [("bytes=5-6", Some("\"other\"")), ("bytes=0-1,5-6", None), ("bytes=x", None)] {
        let got = part(range, seen).await;
        assert_eq!((got.status, got.body.len()), (StatusCode::OK, bytes.len()), "{range}");
    }
    // Who has no link gets no part either.
    let request = Request::get(path(&get).replace("signature=", "signature=0")).header("range", "bytes=0-0");
    let refused = s.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.refusal(), (403, "FILE_BAD_LINK".to_owned()));
}
