//! The bundled sample, `testdata/sample`: a small web service that leaks in every way that an
//! image can. Layers are compressed, so no token stands readable in the repository; the config is
//! stored as it is, so it holds only secrets that no provider's pattern describes.

use super::{Bundle, Codec, Image, Index, Layer, Secrets};

/// The sample as an OCI layout.
pub fn layout() -> Bundle {
    Index::new().tagged("latest", &image()).layout()
}

fn image() -> Image {
    let mut secrets = Secrets::new("the bundled sample");
    let (database, build) = (secrets.password(), secrets.password());
    Image::new()
        .set("created", "2026-01-01T00:00:00Z")
        .packed("ADD rootfs.tar / # base", &base(), Codec::Zstd)
        .layer(
            "COPY . /app # the work tree, .env and all",
            &work_tree(&mut secrets),
        )
        .layer(
            &format!("|1 REPO_PASSWORD={build} /bin/sh -c pip install -r requirements.txt"),
            &Layer::new().file("app/installed.txt", "flask==3.1\n"),
        )
        .layer("RUN rm /app/.env /root/.ssh/id_ed25519", &clean_up())
        .layer(
            "COPY settings.toml /app/settings.toml",
            &rotated(&mut secrets),
        )
        .runtime(
            "Env",
            vec![
                "PATH=/usr/local/bin:/usr/bin:/bin".to_owned(),
                format!("DATABASE_URL=postgres://shop:{database}@db.internal:5432/orders"),
            ],
        )
        .runtime("Cmd", vec!["python", "-m", "shop"])
        .instruction(r#"CMD ["python" "-m" "shop"]"#)
}

fn base() -> Layer {
    Layer::new()
        .dir("etc")
        .file("etc/os-release", "ID=sample\nNAME=\"Sample Linux\"\n")
        .dir("usr")
        .dir("usr/bin")
        .file("usr/bin/python", "#!/bin/sh\necho this is no python\n")
}

/// Three of its secrets are gone from a container that runs the image; none is gone from the image.
fn work_tree(secrets: &mut Secrets) -> Layer {
    let (key_id, key) = secrets.aws();
    let dot_env = format!(
        "AWS_ACCESS_KEY_ID={key_id}\nAWS_SECRET_ACCESS_KEY={key}\nSTRIPE_KEY={}\n",
        secrets.stripe()
    );
    Layer::new()
        .dir("app")
        .file("app/.env", dot_env)
        .file("app/settings.toml", settings(secrets))
        .file(
            "app/shop.py",
            "import os\n\nKEY = os.environ[\"STRIPE_KEY\"]\n",
        )
        .dir("root")
        .dir("root/.ssh")
        .file("root/.ssh/id_ed25519", secrets.private_key())
        .file(
            "root/.npmrc",
            format!("//registry.npmjs.org/:_authToken={}\n", secrets.npm()),
        )
}

fn clean_up() -> Layer {
    Layer::new()
        .whiteout("app/.env")
        .whiteout("root/.ssh/id_ed25519")
}

fn rotated(secrets: &mut Secrets) -> Layer {
    Layer::new().file("app/settings.toml", settings(secrets))
}

fn settings(secrets: &mut Secrets) -> String {
    format!("[github]\ntoken = \"{}\"\n", secrets.github())
}
