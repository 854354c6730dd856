//! The small picture of a picture: turned upright, drawn anew, and so without anything that a camera wrote beside
//! it.

use std::io::Cursor;
use std::sync::LazyLock;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits};
use tokio::sync::Semaphore;

/// The longest side, in pixels: twice what a bubble shows, for sharp screens.
const SIDE: u32 = 640;
/// The quality of a JPEG, of 100.
const QUALITY: u8 = 78;
/// The most bytes of a picture that is drawn small.
pub const LARGEST: u64 = 20 << 20;
/// The longest side of a picture that is drawn small, in pixels.
const LONGEST: u32 = 16_384;
/// What reading one may take, in bytes: 50 megapixels of three bytes.
const MEMORY: u64 = 160 << 20;

/// Pictures that are drawn at once, so that a burst neither fills the memory nor takes every processor.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// A small picture.
#[derive(Debug, Clone)]
pub struct Thumbnail {
    /// Its type.
    pub mime: &'static str,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Whether a small picture is made of files of this type and size.
pub fn is_drawn(mime: &str, size: u64) -> bool {
    size <= LARGEST && format(mime).is_some()
}

/// The small picture of a picture; none if it cannot be read, or is larger than anybody's picture.
pub async fn draw(bytes: Bytes, mime: &str) -> Option<Thumbnail> {
    let format = format(mime)?;
    let _turn = TURNS.acquire().await.ok()?;
    let drawn = tokio::task::spawn_blocking(move || small(&bytes, format)).await;
    match drawn {
        Ok(Ok(thumbnail)) => Some(thumbnail),
        Ok(Err(error)) => {
            tracing::debug!(error = %error, "a picture cannot be drawn small");
            None
        }
        Err(_) => {
            tracing::warn!("the reader of pictures panicked over a file");
            None
        }
    }
}

fn format(mime: &str) -> Option<ImageFormat> {
    match mime {
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/png" => Some(ImageFormat::Png),
        "image/webp" => Some(ImageFormat::WebP),
        _ => None,
    }
}

fn small(bytes: &[u8], format: ImageFormat) -> ImageResult<Thumbnail> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    // A few bytes can promise a picture that fills the memory: its size is taken at its word before it is drawn.
    limits.reserve(decoder.total_bytes())?;
    // A picture without a readable note on how it was held is shown as it is.
    let upright = decoder.orientation();
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if picture.width() > SIDE || picture.height() > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    if let Ok(upright) = upright {
        picture.apply_orientation(upright);
    }
    encode(&picture)
}

/// What can be seen through stays so; everything else is a JPEG, which is smaller.
fn encode(picture: &DynamicImage) -> ImageResult<Thumbnail> {
    let (width, height) = (picture.width(), picture.height());
    let mut bytes = Vec::new();
    let mime = if picture.color().has_alpha() {
        picture.to_rgba8().write_with_encoder(WebPEncoder::new_lossless(&mut bytes))?;
        "image/webp"
    } else {
        picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
        "image/jpeg"
    };
    Ok(Thumbnail { mime, width, height, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Bytes {
        let mut bytes = Vec::new();
        let picture = DynamicImage::new_rgb8(width, height);
        picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes.into()
    }

    #[tokio::test]
    async fn a_picture_is_made_small_and_keeps_its_shape() {
        let drawn = draw(picture(1_280, 320, ImageFormat::Jpeg), "image/jpeg").await.unwrap();
        assert_eq!((drawn.width, drawn.height, drawn.mime), (640, 160, "image/jpeg"));
        let drawn = draw(picture(30, 20, ImageFormat::Png), "image/png").await.unwrap();
        assert_eq!((drawn.width, drawn.height), (30, 20), "what is small is not blown up");
    }

    #[tokio::test]
    async fn what_is_no_picture_or_too_large_a_one_has_no_small_picture() {
        assert!(draw(Bytes::from_static(b"\xff\xd8\xff\xe0 nothing"), "image/jpeg").await.is_none());
        assert!(draw(picture(20_000, 1, ImageFormat::Png), "image/png").await.is_none());
        assert!(draw(Bytes::from_static(b"GIF89a"), "image/gif").await.is_none());
        // A small file that says of itself that it is 16,000 pixels high and wide.
        let mut bomb = picture(8, 8, ImageFormat::Jpeg).to_vec();
        let frame = bomb.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
        bomb[frame + 5..frame + 9].copy_from_slice(&[0x3e, 0x80, 0x3e, 0x80]);
        assert!(draw(bomb.into(), "image/jpeg").await.is_none());
        let whole = picture(64, 64, ImageFormat::Png);
        assert!(draw(whole.slice(..whole.len() / 2), "image/png").await.is_none());
    }
}
