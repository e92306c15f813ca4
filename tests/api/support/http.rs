//! A small client whose answers are easy to ask about.

use std::sync::Arc;

use reqwest::Method;
use serde_json::Value;

/// Speaks to one server, perhaps as someone.
#[derive(Clone)]
pub struct Client {
    base: String,
    http: reqwest::Client,
    token: Option<String>,
    runtime: Arc<tokio::runtime::Runtime>,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Answer {
    /// Checks the status; answers the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json
    }

    /// Checks that it is this problem.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.json["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert!(
            !self.json["detail"].as_str().unwrap_or("").is_empty() && !self.json["detail"].as_str().unwrap_or("").starts_with("problem.")
        );
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

/// A file as a form sends it.
pub struct File<'a> {
    pub name: &'a str,
    pub kind: &'a str,
    pub bytes: &'a [u8],
}

async fn read(response: reqwest::Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.expect("a body").to_vec();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, headers, text, bytes, json }
}

/// A new idempotency key.
pub fn fresh_key() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

impl Client {
    pub fn new(base: String) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        Self { base, http: reqwest::Client::builder().build().expect("a client"), token: None, runtime: Arc::new(runtime) }
    }

    pub fn signed_in(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, &[])
    }

    /// Posts with a fresh idempotency key.
    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.post_once(path, body, &fresh_key())
    }

    pub fn post_once(&self, path: &str, body: Value, key: &str) -> Answer {
        self.send("POST", path, Some(body), &[("Idempotency-Key", key)])
    }

    pub fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Some(body), &[])
    }

    pub fn patch(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body), &[("If-Match", etag)])
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None, &[])
    }

    pub fn send(&self, method: &str, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Answer {
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        if body.is_some() {
            all.push(("Content-Type", "application/json"));
        }
        self.send_raw(method, path, body.map(|body| body.to_string()), &all)
    }

    pub fn send_raw(&self, method: &str, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        self.runtime.block_on(self.call(method, path, body, headers))
    }

    /// The same without blocking, for many at once.
    pub async fn call(&self, method: &str, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        read(request.send().await.expect("the server answers")).await
    }

    /// Sends a form with one file and, perhaps, fields beside it.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], file: &File<'_>) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        let (name, kind) = (file.name, file.kind);
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n");
        body.extend(head.bytes());
        body.extend_from_slice(file.bytes);
        body.extend(b"\r\n--edge--\r\n");
        let mut request =
            self.http.post(format!("{}{path}", self.base)).header("Content-Type", "multipart/form-data; boundary=edge").body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        self.runtime.block_on(async { read(request.send().await.expect("the server answers")).await })
    }

    /// Uploads a photo for `purpose`.
    pub fn photo(&self, purpose: &str, bytes: &[u8]) -> Answer {
        self.upload("/v1/media", &[("purpose", purpose)], &File { name: "foto.jpg", kind: "image/jpeg", bytes })
    }

    /// Runs futures made from this client side by side.
    pub fn all<T: Send + 'static>(&self, calls: Vec<impl Future<Output = T> + Send + 'static>) -> Vec<T> {
        self.runtime.block_on(async {
            let tasks: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
            let mut answers = Vec::with_capacity(tasks.len());
            for task in tasks {
                answers.push(task.await.expect("a call"));
            }
            answers
        })
    }
}
