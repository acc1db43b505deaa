//! A registry of our own, over plain http, that serves a layout and misbehaves as a test wishes; and a
//! proxy that leads to it.

use super::Bundle;
use serde_json::Value;
use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Longest time that a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `HEAD` or `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Headers by their names in lower case.
    pub headers: HashMap<String, String>,
    /// What was sent along.
    pub body: String,
    /// How often the path was asked for before.
    pub before: usize,
}

impl Request {
    /// Whether the path ends so.
    pub fn is_for(&self, end: &str) -> bool {
        self.path.ends_with(end)
    }

    /// What it proves its sender by.
    pub fn authorization(&self) -> Option<&str> {
        self.headers.get("authorization").map(String::as_str)
    }
}

/// What a registry answers.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers; the length is added unless one is given.
    pub headers: Vec<(String, String)>,
    /// The content.
    pub body: Vec<u8>,
    /// Bytes of the content after which the connection is cut.
    pub cut: Option<usize>,
    /// The silence before the connection is cut.
    pub silence: Duration,
    /// The wait before each byte of the content.
    pub drip: Option<Duration>,
    /// Whether the content is repeated without end.
    pub endless: bool,
}

impl Answer {
    /// An answer with this status and nothing else.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// A success with this content.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::status(200)
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn send(&self, stream: &mut TcpStream, is_head: bool) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Answer\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let has_length = self
            .headers
            .iter()
            .any(|(name, _)| name == "Content-Length");
        if !has_length && !self.endless {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        stream.write_all(head.as_bytes())?;
        stream.write_all(b"\r\n")?;
        if is_head {
            return stream.flush();
        }
        let body = &self.body[..self.cut.unwrap_or(self.body.len())];
        loop {
            match self.drip {
                None => stream.write_all(body)?,
                Some(pause) => {
                    for byte in body {
                        thread::sleep(pause);
                        stream.write_all(&[*byte])?;
                    }
                }
            }
            if !self.endless {
                stream.flush()?;
                thread::sleep(self.silence);
                return Ok(());
            }
        }
    }
}

/// What a test wants answered in another way than a sound registry would.
pub type Mood = dyn Fn(&Request) -> Option<Answer> + Send + Sync;

/// A registry of our own.
pub struct Fake {
    /// `127.0.0.1:PORT`.
    pub host: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Fake {
    /// A registry that serves the images of a layout, as any repository, by their tags. It lives as
    /// long as the test.
    pub fn serving(
        layout: &Bundle,
        mood: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::new((layout.clone(), Box::new(mood) as Box<Mood>));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, log) = (Arc::clone(&shared), Arc::clone(&log));
                thread::spawn(move || serve(stream, &shared.0, &*shared.1, &log));
            }
        });
        Self { host, asked }
    }

    /// A target in it.
    pub fn target(&self, name: &str) -> String {
        format!("docker://{}/{name}", self.host)
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.host.parse().unwrap()
    }
}

fn serve(mut stream: TcpStream, layout: &Bundle, mood: &Mood, log: &Mutex<Vec<Request>>) {
    let Some(mut request) = read(&stream) else {
        return;
    };
    {
        let mut log = log.lock().unwrap();
        request.before = log
            .iter()
            .filter(|other| other.path == request.path)
            .count();
        log.push(request.clone());
    }
    let answer = mood(&request).unwrap_or_else(|| sound(layout, &request));
    // The other side may have gone.
    let _ = answer.send(&mut stream, request.method == "HEAD");
}

fn read(stream: &TcpStream) -> Option<Request> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    lines.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        path,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        before: 0,
    })
}

/// What a sound registry answers.
fn sound(layout: &Bundle, request: &Request) -> Answer {
    let parts: Vec<&str> = request.path.rsplitn(3, '/').collect();
    let [name, kind, _] = parts[..] else {
        return Answer::status(404);
    };
    if request.path == "/v2/" {
        return Answer::status(200);
    }
    let digest = match (kind, name.starts_with("sha256:")) {
        ("manifests", false) => tagged(layout, name),
        ("manifests" | "blobs", true) => Some(name.to_owned()),
        _ => None,
    };
    let path = digest.map(|digest| format!("blobs/{}", digest.replacen(':', "/", 1)));
    let known = path.filter(|path| layout.entries.iter().any(|entry| entry.0 == *path));
    let Some(bytes) = known.map(|path| layout.get(&path)) else {
        return Answer::status(404);
    };
    let range = request.headers.get("range").and_then(|range| {
        range
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse::<usize>()
            .ok()
    });
    match range {
        Some(from) => {
            let part = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
            Answer {
                body: bytes[from..].to_vec(),
                ..Answer::status(206)
            }
            .header("Content-Range", &part)
        }
        None => Answer::ok(bytes).header("Content-Type", "application/octet-stream"),
    }
}

/// The digest that the layout's index gives to a tag.
fn tagged(layout: &Bundle, tag: &str) -> Option<String> {
    let index: Value = serde_json::from_slice(layout.get("index.json")).unwrap();
    let entries = index["manifests"].as_array()?;
    let name = |entry: &&Value| entry["annotations"]["org.opencontainers.image.ref.name"] == tag;
    Some(entries.iter().find(name)?["digest"].as_str()?.to_owned())
}

/// A proxy that connects whoever asks to one address, whatever was asked for.
pub struct Proxy {
    /// `http://127.0.0.1:PORT`, as the environment names it.
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// A proxy that leads to `host`. It lives as long as the test.
    pub fn to(host: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (to, log) = (host.to_owned(), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (to, log) = (to.clone(), Arc::clone(&log));
                thread::spawn(move || connect(&stream, &to, &log));
            }
        });
        Self { url, asked }
    }

    /// The addresses that it was asked to connect to.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Answers a `CONNECT`, and carries bytes both ways from then on.
fn connect(stream: &TcpStream, to: &str, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    log.lock().unwrap().push(line.split(' ').nth(1)?.to_owned());
    while line.trim_end() != "" {
        line.clear();
        lines.read_line(&mut line).ok()?;
    }
    let there = TcpStream::connect(to).ok()?;
    let (mut here, mut back) = (stream, there.try_clone().ok()?);
    here.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
    let mut out = stream.try_clone().ok()?;
    let answers = thread::spawn(move || {
        let _ = io::copy(&mut back, &mut out);
        out.shutdown(std::net::Shutdown::Write)
    });
    let mut there = there;
    let _ = io::copy(&mut lines, &mut there);
    let _ = there.shutdown(std::net::Shutdown::Write);
    let _ = answers.join();
    Some(())
}
