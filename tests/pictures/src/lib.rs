//! Pictures of building sites that never were, painted by seed: sky, ground and what stands on it, in the light of an hour.
//!
//! Invariant: the same seed and subject give the same pixels. A picture is painted at half size and enlarged with grain, which
//! looks like a photograph and costs a fifth. A crate of its own, because it alone is built with optimisation in every
//! profile: unoptimised, the demonstration's 600 pictures would take minutes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic there is the report"
)]

pub mod dice;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use self::dice::Dice;

/// Size of a picture of the demonstration.
pub const SIZE: (u16, u16) = (1600, 1200);

/// Half of that: what is painted.
const W: usize = 800;
const H: usize = 600;
/// Side of the texture of noise, a power of two.
const TILE: usize = 512;

/// A colour, each channel 0 to 255.
type Rgb = [f32; 3];

const ORANGE: Rgb = [236.0, 92.0, 28.0];
const YELLOW: Rgb = [232.0, 178.0, 40.0];
const STEEL: Rgb = [104.0, 84.0, 72.0];
const CONCRETE: Rgb = [168.0, 164.0, 156.0];
const DARK: Rgb = [38.0, 36.0, 34.0];

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A trench with a pipe in it.
    Trench,
    /// A wall of concrete, with its forms or without.
    Wall,
    /// A mat of reinforcing steel.
    Rebar,
    /// Ground from near.
    Ground,
    /// Water with a barge or piles.
    Water,
    /// The mouth of a culvert.
    Culvert,
    /// A road with cones.
    Road,
    /// A frame of steel before the sky.
    Frame,
    /// A room with studs.
    Room,
    /// A machine at work.
    Machine,
}

/// Paints pictures; holds the noise that all of them share.
pub struct Painter {
    noise: Vec<f32>,
}

impl Default for Painter {
    fn default() -> Self {
        Painter { noise: noise() }
    }
}

impl Painter {
    /// A JPEG of `subject`, in the light of `hour`.
    pub fn jpeg(&self, subject: Subject, hour: i64, seed: u64, (width, height): (u16, u16)) -> Vec<u8> {
        let mut dice = Dice::of(seed, "picture");
        let mut canvas = Canvas { noise: &self.noise, pixels: vec![[0.0; 3]; W * H], at: dice.below(1 << 18) as usize };
        canvas.subject(subject, &mut dice);
        let pixels = canvas.developed(hour, &mut dice, usize::from(width), usize::from(height));
        let mut bytes = Vec::with_capacity(400_000);
        let mut encoder = Encoder::new(&mut bytes, 74);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.encode(&pixels, width, height, ColorType::Rgb).unwrap();
        bytes
    }
}

/// Noise of four octaves that tiles, between -1 and 1.
fn noise() -> Vec<f32> {
    let mut dice = Dice::of(1, "noise");
    let white: Vec<f32> = (0..TILE * TILE).map(|_| dice.below(2001) as f32 / 1000.0 - 1.0).collect();
    let mut tile = vec![0.0; TILE * TILE];
    for (step, share) in [(64usize, 0.42f32), (16, 0.28), (4, 0.18), (1, 0.12)] {
        for y in 0..TILE {
            for x in 0..TILE {
                let at = |x: usize, y: usize| white[(y % TILE) * TILE + x % TILE];
                let (x0, y0) = (x / step * step, y / step * step);
                let (fx, fy) = ((x - x0) as f32 / step as f32, (y - y0) as f32 / step as f32);
                let (fx, fy) = (fx * fx * (3.0 - 2.0 * fx), fy * fy * (3.0 - 2.0 * fy));
                let top = at(x0, y0) * (1.0 - fx) + at(x0 + step, y0) * fx;
                let low = at(x0, y0 + step) * (1.0 - fx) + at(x0 + step, y0 + step) * fx;
                tile[y * TILE + x] += share * (top * (1.0 - fy) + low * fy);
            }
        }
    }
    tile
}

fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

fn lit(colour: Rgb, by: f32) -> Rgb {
    colour.map(|c| c * by)
}

/// One of two numbers, or between them.
fn range(dice: &mut Dice, from: i64, to: i64) -> f32 {
    (from + dice.below((to - from + 1) as u64) as i64) as f32
}

struct Canvas<'a> {
    noise: &'a [f32],
    pixels: Vec<Rgb>,
    /// Where in the noise this picture begins.
    at: usize,
}

impl Canvas<'_> {
    /// Noise at a point of the picture, stretched by `sx` and `sy`.
    fn noise(&self, x: f32, y: f32, sx: f32, sy: f32) -> f32 {
        let (x, y) = ((x * sx) as usize + self.at % TILE, (y * sy) as usize + self.at / TILE);
        self.noise[(y % TILE) * TILE + x % TILE]
    }

    /// Paints each pixel of a rectangle, which may reach over the edges.
    fn fill(&mut self, (x0, y0, x1, y1): (f32, f32, f32, f32), paint: impl Fn(&Self, f32, f32, Rgb) -> Rgb) {
        let (x0, x1) = (x0.max(0.0) as usize, (x1.max(0.0) as usize).min(W));
        let (y0, y1) = (y0.max(0.0) as usize, (y1.max(0.0) as usize).min(H));
        for y in y0..y1 {
            for x in x0..x1 {
                self.pixels[y * W + x] = paint(self, x as f32, y as f32, self.pixels[y * W + x]);
            }
        }
    }

    /// Paints the inside of an outline.
    fn shape(&mut self, outline: &[(f32, f32)], paint: impl Fn(&Self, f32, f32, Rgb) -> Rgb) {
        let least = |f: fn(&(f32, f32)) -> f32| outline.iter().map(f).fold(f32::MAX, f32::min);
        let most = |f: fn(&(f32, f32)) -> f32| outline.iter().map(f).fold(f32::MIN, f32::max);
        let (x0, y0, x1, y1) = (least(|p| p.0), least(|p| p.1), most(|p| p.0), most(|p| p.1));
        let inside = |x: f32, y: f32| {
            let mut inside = false;
            let mut before = outline[outline.len() - 1];
            for &now in outline {
                if (now.1 > y) != (before.1 > y) && x < (before.0 - now.0) * (y - now.1) / (before.1 - now.1) + now.0 {
                    inside = !inside;
                }
                before = now;
            }
            inside
        };
        self.fill(
            (x0, y0, x1 + 1.0, y1 + 1.0),
            |canvas, x, y, old| {
                if inside(x, y) { paint(canvas, x, y, old) } else { old }
            },
        );
    }

    /// A shape of one colour with the grain of its material.
    fn block(&mut self, outline: &[(f32, f32)], colour: Rgb) {
        self.shape(outline, |canvas, x, y, _| lit(colour, 1.0 + 0.16 * canvas.noise(x, y, 1.0, 1.0)));
    }

    fn bar(&mut self, from: (f32, f32), to: (f32, f32), width: f32, colour: Rgb) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1.0);
        let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
        let outline =
            [(from.0 + nx, from.1 + ny), (to.0 + nx, to.1 + ny), (to.0 - nx, to.1 - ny), (from.0 - nx, from.1 - ny)];
        self.block(&outline, colour);
    }

    /// An ellipse, shaded as a ring of `rim` (0: a disc).
    fn ring(&mut self, (cx, cy): (f32, f32), (rx, ry): (f32, f32), rim: f32, colour: Rgb) {
        self.fill((cx - rx, cy - ry, cx + rx + 1.0, cy + ry + 1.0), |canvas, x, y, old| {
            let far = ((x - cx) / rx).hypot((y - cy) / ry);
            match far {
                _ if far > 1.0 => old,
                _ if far > 1.0 - rim || rim == 0.0 => {
                    let light = 0.9 + 0.3 * (cy - y) / ry + 0.1 * canvas.noise(x, y, 2.0, 2.0);
                    lit(colour, light)
                }
                _ => lit(DARK, 0.4 + 0.5 * far + 0.1 * (y - cy) / ry),
            }
        });
    }

    fn sky(&mut self, horizon: f32, dice: &mut Dice) {
        let gray = range(dice, 0, 100) / 100.0;
        let top = mix([96.0, 142.0, 204.0], [168.0, 174.0, 182.0], gray);
        let low = mix([204.0, 220.0, 236.0], [214.0, 216.0, 218.0], gray);
        let clouds = range(dice, 10, 60) / 100.0;
        self.fill((0.0, 0.0, W as f32, horizon + 40.0), |canvas, x, y, _| {
            let cloud = (canvas.noise(x, y, 0.35, 0.8) + 0.2).max(0.0) * clouds * 2.0;
            mix(mix(top, low, y / horizon.max(1.0)), [240.0, 241.0, 242.0], cloud.min(0.9))
        });
        // Hills with trees.
        let (green, height) = ([58.0, 74.0, 60.0], range(dice, 20, 90));
        for x in 0..W {
            let crest = horizon - height * (0.6 + 0.6 * self.noise(x as f32, 7.0, 0.5, 1.0));
            self.fill((x as f32, crest, x as f32 + 1.0, horizon + 40.0), |canvas, x, y, _| {
                mix(lit(green, 1.0 + 0.6 * canvas.noise(x, y, 2.0, 2.0)), low, 0.32)
            });
        }
    }

    /// Ground up to the horizon, in perspective: what is near is coarse.
    fn ground(&mut self, horizon: f32, colour: Rgb, rough: f32) {
        self.fill((0.0, horizon, W as f32, H as f32), |canvas, x, y, _| {
            let near = ((y - horizon) / (H as f32 - horizon)).clamp(0.02, 1.0);
            let coarse = canvas.noise(x + 4000.0 * near, y, 0.6 / near, 1.2 / near);
            let fine = canvas.noise(x, y, 3.0, 3.0);
            lit(colour, 0.86 + 0.14 * near + rough * (0.7 * coarse + 0.5 * fine))
        });
    }

    fn cone(&mut self, (x, y): (f32, f32), size: f32) {
        self.block(
            &[
                (x - size * 0.5, y),
                (x + size * 0.5, y),
                (x + size * 0.42, y - size * 0.1),
                (x - size * 0.42, y - size * 0.1),
            ],
            lit(ORANGE, 0.7),
        );
        self.block(
            &[
                (x - size * 0.3, y - size * 0.08),
                (x + size * 0.3, y - size * 0.08),
                (x + size * 0.07, y - size * 1.2),
                (x - size * 0.07, y - size * 1.2),
            ],
            ORANGE,
        );
        self.block(
            &[
                (x - size * 0.22, y - size * 0.4),
                (x + size * 0.22, y - size * 0.4),
                (x + size * 0.16, y - size * 0.68),
                (x - size * 0.16, y - size * 0.68),
            ],
            [236.0, 236.0, 232.0],
        );
    }

    fn excavator(&mut self, (x, y): (f32, f32), s: f32, left: bool) {
        let m = if left { -1.0 } else { 1.0 };
        let p = |dx: f32, dy: f32| (x + m * dx * s, y - dy * s);
        self.block(&[p(-60.0, 0.0), p(60.0, 0.0), p(70.0, 14.0), p(60.0, 28.0), p(-60.0, 28.0), p(-70.0, 14.0)], DARK);
        for n in -2..=2 {
            self.ring(p(n as f32 * 26.0, 13.0), (9.0 * s, 9.0 * s), 0.4, [90.0, 88.0, 84.0]);
        }
        self.block(&[p(-62.0, 30.0), p(44.0, 30.0), p(44.0, 62.0), p(-40.0, 66.0), p(-62.0, 56.0)], YELLOW);
        self.block(&[p(6.0, 60.0), p(44.0, 60.0), p(40.0, 98.0), p(12.0, 98.0)], YELLOW);
        self.block(&[p(12.0, 66.0), p(39.0, 66.0), p(36.0, 93.0), p(16.0, 93.0)], [70.0, 92.0, 104.0]);
        self.bar(p(40.0, 54.0), p(112.0, 124.0), 15.0 * s, lit(YELLOW, 0.94));
        self.bar(p(110.0, 126.0), p(150.0, 52.0), 11.0 * s, lit(YELLOW, 0.86));
        self.block(&[p(138.0, 54.0), p(164.0, 50.0), p(160.0, 22.0), p(140.0, 26.0)], [84.0, 80.0, 74.0]);
    }

    fn subject(&mut self, subject: Subject, dice: &mut Dice) {
        let soil = *dice.pick(&[[124.0, 100.0, 74.0], [110.0, 96.0, 80.0], [142.0, 122.0, 96.0], [96.0, 86.0, 76.0]]);
        let horizon = range(dice, 130, 260);
        match subject {
            Subject::Trench => self.trench(soil, horizon, dice),
            Subject::Wall => self.wall(soil, horizon, dice),
            Subject::Rebar => self.rebar(dice),
            Subject::Ground => self.close_up(soil, dice),
            Subject::Water => self.water(horizon, dice),
            Subject::Culvert => self.culvert(soil, horizon, dice),
            Subject::Road => self.road(horizon, dice),
            Subject::Frame => self.frame(soil, horizon, dice),
            Subject::Room => self.room(dice),
            Subject::Machine => {
                self.sky(horizon, dice);
                self.ground(horizon, soil, 0.34);
                self.heap(soil, horizon, dice);
                let left = dice.below(2) == 0;
                let at = (range(dice, 260, 540), range(dice, 400, 500));
                self.excavator(at, range(dice, 16, 28) / 10.0, left);
            }
        }
    }

    fn heap(&mut self, soil: Rgb, horizon: f32, dice: &mut Dice) {
        let (x, width, height) = (range(dice, 60, 700), range(dice, 110, 220), range(dice, 50, 120));
        let foot = horizon + 70.0;
        let outline = [
            (x - width, foot),
            (x - width * 0.3, foot - height),
            (x + width * 0.2, foot - height * 0.94),
            (x + width, foot),
        ];
        self.shape(&outline, |canvas, px, y, _| {
            let side = if px < x { 1.08 } else { 0.8 };
            lit(soil, side + 0.5 * canvas.noise(px, y, 2.0, 2.0))
        });
    }

    fn trench(&mut self, soil: Rgb, horizon: f32, dice: &mut Dice) {
        self.sky(horizon, dice);
        self.ground(horizon, soil, 0.36);
        let (far, near) = (range(dice, 340, 460), range(dice, 300, 500));
        let (narrow, wide) = (range(dice, 18, 34), range(dice, 200, 300));
        let bottom = H as f32;
        let edge = |side: f32| [(far + side * narrow, horizon + 12.0), (near + side * wide, bottom)];
        let ([fl, nl], [fr, nr]) = (edge(-1.0), edge(1.0));
        self.shape(&[fl, fr, nr, nl], |canvas, x, y, _| lit(soil, 0.44 + 0.34 * canvas.noise(x, y, 1.4, 3.0)));
        let shore = dice.below(2) == 0;
        let (pipe, size) = (
            *dice.pick(&[[72.0, 112.0, 76.0], CONCRETE, [62.0, 66.0, 70.0], [54.0, 92.0, 150.0]]),
            range(dice, 45, 75) / 100.0,
        );
        let (fp, np) = (narrow * size, wide * size);
        self.shape(
            &[(far - fp, horizon + 20.0), (far + fp, horizon + 20.0), (near + np, bottom), (near - np, bottom)],
            |canvas, x, y, _| {
                let t = (y - horizon) / (bottom - horizon);
                let (middle, half) = (far + (near - far) * t, fp + (np - fp) * t);
                let across = ((x - middle) / half).clamp(-1.0, 1.0);
                let joint = if ((t * 9.0).powf(1.3) % 1.6) < 0.07 { 0.7 } else { 1.0 };
                lit(pipe, joint * (1.12 - 0.62 * (across + 0.25).abs() + 0.08 * canvas.noise(x, y, 2.0, 2.0)))
            },
        );
        if shore {
            for n in 0..5 {
                let t = 0.12 + n as f32 * n as f32 * 0.045;
                let (y, m, h) =
                    (horizon + t * (bottom - horizon), far + (near - far) * t, narrow + (wide - narrow) * t);
                self.bar((m - h, y), (m + h, y), 4.0 + 14.0 * t, [150.0, 118.0, 74.0]);
            }
        }
        for _ in 0..dice.below(4) {
            let x = if dice.below(2) == 0 { range(dice, 20, 150) } else { range(dice, 660, 780) };
            self.cone((x, range(dice, 380, 580)), range(dice, 40, 80));
        }
    }

    fn wall(&mut self, soil: Rgb, horizon: f32, dice: &mut Dice) {
        self.sky(horizon, dice);
        self.ground(horizon, soil, 0.3);
        let (left, right) = (range(dice, -60, 160), range(dice, 640, 860));
        let (tl, tr) = (range(dice, 60, 180), range(dice, 60, 180));
        let (bl, br) = (range(dice, 420, 560), range(dice, 420, 560));
        let forms = dice.below(2) == 0;
        let colour = if forms { [176.0, 138.0, 86.0] } else { CONCRETE };
        let board = range(dice, 70, 120);
        self.shape(&[(left, tl), (right, tr), (right, br), (left, bl)], |canvas, x, y, _| {
            let seam = if (x - left) % board < 2.4 || (y - tl) % (board * 1.6) < 2.4 { 0.76 } else { 1.0 };
            let hole = ((x - left) % board - board / 2.0).hypot((y - tl) % (board * 0.8) - board * 0.4) < 3.2;
            let streak = canvas.noise(x, y, 1.6, if forms { 0.3 } else { 0.08 });
            lit(colour, seam * if hole { 0.45 } else { 1.0 + 0.22 * streak })
        });
        for n in 0..(right - left) as usize / 34 {
            let x = left + 16.0 + n as f32 * 34.0;
            let top = tl + (tr - tl) * (x - left) / (right - left);
            self.bar((x, top), (x + 2.0, top - range(dice, 34, 60)), 3.6, STEEL);
        }
        if forms {
            for n in 1..4 {
                let y = tl + n as f32 * (bl - tl) / 4.0;
                self.bar((left, y), (right, y + tr - tl), 9.0, [128.0, 96.0, 58.0]);
            }
        }
    }

    fn rebar(&mut self, dice: &mut Dice) {
        self.ground(0.0, [134.0, 128.0, 118.0], 0.3);
        let (step, lean) = (range(dice, 46, 84), range(dice, -30, 30) / 100.0);
        for layer in 0..2 {
            for n in -12..30 {
                let at = n as f32 * step;
                let (shade, w) = (0.75 + 0.3 * layer as f32, 9.0 + 3.0 * layer as f32);
                match layer {
                    0 => self.bar((at + lean * 600.0, 0.0), (at - lean * 600.0, 600.0), w, lit(STEEL, shade)),
                    _ => self.bar((0.0, at - lean * 200.0), (800.0, at + lean * 500.0), w, lit(STEEL, shade)),
                }
            }
        }
        // A tape measure lies on it.
        let y = range(dice, 160, 440);
        self.bar((0.0, y), (800.0, y + range(dice, -60, 60)), 26.0, [240.0, 206.0, 66.0]);
        for n in 0..40 {
            let x = n as f32 * 20.0;
            self.bar((x, y - 10.0), (x, y + if n % 5 == 0 { 8.0 } else { 0.0 }), 2.0, DARK);
        }
    }

    fn close_up(&mut self, soil: Rgb, dice: &mut Dice) {
        let snow = dice.below(5) == 0;
        let colour = if snow { [206.0, 214.0, 224.0] } else { soil };
        self.ground(-900.0, colour, if snow { 0.12 } else { 0.5 });
        for _ in 0..if snow { 6 } else { 260 } {
            let (x, y, r) = (range(dice, 0, 800), range(dice, 0, 600), range(dice, 4, 26));
            let stone = lit(CONCRETE, range(dice, 50, 110) / 100.0);
            self.ring((x + 2.0, y + 4.0), (r, r * 0.7), 0.0, lit(colour, 0.5));
            self.ring((x, y), (r, r * 0.72), 0.0, mix(stone, soil, 0.4));
        }
        if dice.below(2) == 0 {
            let x = range(dice, 200, 600);
            self.bar((x, 40.0), (x + range(dice, -80, 80), 600.0), 16.0, [222.0, 210.0, 180.0]);
            self.bar((x - 2.0, 40.0), (x + 4.0, 110.0), 18.0, [222.0, 60.0, 140.0]);
        }
    }

    fn water(&mut self, horizon: f32, dice: &mut Dice) {
        self.sky(horizon, dice);
        let sea = *dice.pick(&[[86.0, 108.0, 116.0], [72.0, 96.0, 118.0], [104.0, 116.0, 112.0]]);
        self.fill((0.0, horizon, W as f32, H as f32), |canvas, x, y, _| {
            let near = ((y - horizon) / (H as f32 - horizon)).clamp(0.03, 1.0);
            let wave = canvas.noise(x + 900.0, y, 0.5 / near.sqrt(), 1.6 / near);
            mix(lit(sea, 0.8 + 0.5 * wave), [206.0, 214.0, 220.0], 0.35 * (1.0 - near) + (wave - 0.45).max(0.0))
        });
        if dice.below(2) == 0 {
            let (x, y, s) = (range(dice, 120, 420), horizon + range(dice, 40, 120), range(dice, 10, 18) / 10.0);
            self.block(
                &[(x, y), (x + 260.0 * s, y), (x + 240.0 * s, y + 36.0 * s), (x + 16.0 * s, y + 36.0 * s)],
                [120.0, 62.0, 50.0],
            );
            self.block(
                &[(x + 20.0 * s, y), (x + 70.0 * s, y), (x + 70.0 * s, y - 46.0 * s), (x + 20.0 * s, y - 46.0 * s)],
                [214.0, 214.0, 206.0],
            );
            self.bar((x + 130.0 * s, y), (x + 250.0 * s, y - 190.0 * s), 8.0 * s, YELLOW);
            self.bar((x + 250.0 * s, y - 190.0 * s), (x + 250.0 * s, y - 20.0 * s), 2.0, DARK);
        }
        for n in 0..2 + dice.below(5) {
            let x = 60.0 + n as f32 * range(dice, 110, 170);
            let (top, foot) = (horizon - range(dice, 10, 90), horizon + range(dice, 120, 300));
            self.shape(&[(x, top), (x + 34.0, top), (x + 34.0, foot), (x, foot)], |canvas, px, y, _| {
                let wet = if y > foot - 60.0 { 0.6 } else { 1.0 };
                lit([132.0, 112.0, 90.0], wet * (1.1 - (px - x) / 60.0 + 0.2 * canvas.noise(px, y, 2.0, 0.4)))
            });
        }
        if dice.below(2) == 0 {
            self.ground(470.0, [150.0, 132.0, 110.0], 0.45);
        }
    }

    fn culvert(&mut self, soil: Rgb, horizon: f32, dice: &mut Dice) {
        self.sky(horizon, dice);
        self.ground(horizon, mix(soil, [78.0, 98.0, 58.0], 0.55), 0.4);
        let (x, y, r) = (range(dice, 320, 480), range(dice, 330, 400), range(dice, 90, 150));
        self.block(
            &[(x - r * 2.0, y - r * 1.3), (x + r * 2.0, y - r * 1.3), (x + r * 2.4, y + r), (x - r * 2.4, y + r)],
            CONCRETE,
        );
        match dice.below(3) {
            0 => {
                self.block(
                    &[(x - r, y - r * 0.8), (x + r, y - r * 0.8), (x + r, y + r), (x - r, y + r)],
                    lit(CONCRETE, 0.7),
                );
                self.block(
                    &[
                        (x - r * 0.86, y - r * 0.66),
                        (x + r * 0.86, y - r * 0.66),
                        (x + r * 0.86, y + r),
                        (x - r * 0.86, y + r),
                    ],
                    lit(DARK, 0.7),
                );
            }
            1 => self.ring((x, y), (r, r), 0.14, lit(CONCRETE, 0.92)),
            _ => {
                self.ring((x - r, y), (r * 0.8, r * 0.8), 0.12, [110.0, 112.0, 112.0]);
                self.ring((x + r, y), (r * 0.8, r * 0.8), 0.12, [110.0, 112.0, 112.0]);
            }
        }
        let run = dice.below(2) == 0;
        self.shape(
            &[(x - r * 0.7, y + r * 0.8), (x + r * 0.7, y + r * 0.8), (x + r * 2.4, 600.0), (x - r * 1.9, 600.0)],
            |canvas, px, py, _| {
                let wave = canvas.noise(px, py, 1.0, 2.2);
                if run {
                    mix(lit([88.0, 96.0, 92.0], 0.9 + 0.4 * wave), [220.0, 224.0, 226.0], (wave - 0.3).max(0.0))
                } else {
                    lit(soil, 0.8 + 0.5 * wave)
                }
            },
        );
        for _ in 0..60 {
            let (sx, sy, s) = (range(dice, 0, 800), range(dice, 440, 600), range(dice, 8, 34));
            if (sx - x).abs() > r {
                self.ring((sx, sy), (s, s * 0.7), 0.0, lit(CONCRETE, range(dice, 40, 90) / 100.0));
            }
        }
    }

    fn road(&mut self, horizon: f32, dice: &mut Dice) {
        self.sky(horizon, dice);
        self.ground(horizon, [92.0, 104.0, 70.0], 0.36);
        let far = range(dice, 330, 470);
        let wet = range(dice, 0, 30) / 100.0;
        self.shape(
            &[(far - 12.0, horizon), (far + 12.0, horizon), (760.0, 600.0), (40.0, 600.0)],
            |canvas, x, y, _| {
                let near = (y - horizon) / (600.0 - horizon);
                let asphalt = lit([92.0, 92.0, 94.0], 0.9 + 0.24 * canvas.noise(x, y, 3.0, 3.0));
                mix(asphalt, [190.0, 198.0, 208.0], wet * canvas.noise(x, y, 0.4, 0.2 + near).abs())
            },
        );
        for n in 0..7 {
            let (a, b) = (n as f32 * n as f32 / 49.0, (n as f32 + 0.5).powi(2) / 49.0);
            let on = |t: f32| (far + (400.0 - far) * t, horizon + t * (600.0 - horizon));
            self.bar(on(a), on(b), 2.0 + 9.0 * a, YELLOW);
        }
        for n in 1..7 {
            let t = (n as f32 / 7.0).powf(1.6);
            let x = far + (range(dice, 190, 240) - far) * t;
            self.cone((x, horizon + t * (590.0 - horizon)), 8.0 + 78.0 * t);
        }
        if dice.below(2) == 0 {
            let (x, y) = (range(dice, 600, 700), range(dice, 200, 300));
            self.bar((x, y + 60.0), (x, y + 240.0), 7.0, [150.0, 152.0, 154.0]);
            self.block(&[(x, y - 78.0), (x + 78.0, y), (x, y + 78.0), (x - 78.0, y)], DARK);
            self.block(&[(x, y - 72.0), (x + 72.0, y), (x, y + 72.0), (x - 72.0, y)], ORANGE);
            self.bar((x - 30.0, y - 8.0), (x + 30.0, y - 8.0), 9.0, DARK);
            self.bar((x - 20.0, y + 12.0), (x + 20.0, y + 12.0), 9.0, DARK);
        }
    }

    fn frame(&mut self, soil: Rgb, horizon: f32, dice: &mut Dice) {
        let horizon = horizon + 180.0;
        self.sky(horizon, dice);
        self.ground(horizon, soil, 0.3);
        let colour = *dice.pick(&[[112.0, 52.0, 44.0], [96.0, 100.0, 106.0], [124.0, 70.0, 52.0]]);
        let (left, bay, storey) = (range(dice, -40, 90), range(dice, 120, 190), range(dice, 90, 150));
        let foot = horizon + range(dice, 20, 90);
        let storeys = 2 + dice.below(2) as i32;
        for n in 0..6 {
            let x = left + n as f32 * bay;
            self.bar((x, foot), (x, foot - storeys as f32 * storey - 30.0), 14.0, lit(colour, 1.05));
            self.bar((x + 4.0, foot), (x + 4.0, foot - storeys as f32 * storey - 30.0), 4.0, lit(colour, 0.6));
        }
        for level in 1..=storeys {
            let y = foot - level as f32 * storey;
            self.bar((left, y), (left + 5.0 * bay, y), 16.0, colour);
            self.bar((left, y + 6.0), (left + 5.0 * bay, y + 6.0), 4.0, lit(colour, 0.6));
            let brace = left + dice.below(5) as f32 * bay;
            self.bar((brace, y), (brace + bay, y + storey), 6.0, lit(colour, 0.9));
        }
        if dice.below(2) == 0 {
            let x = range(dice, 100, 700);
            self.bar((x, 0.0), (x, range(dice, 60, 200)), 2.4, DARK);
        }
    }

    fn room(&mut self, dice: &mut Dice) {
        let wall = *dice.pick(&[[208.0, 200.0, 184.0], [186.0, 192.0, 188.0], [214.0, 210.0, 202.0]]);
        let (left, right, top, low) =
            (range(dice, 160, 260), range(dice, 560, 660), range(dice, 110, 160), range(dice, 400, 450));
        self.fill((0.0, 0.0, 800.0, 600.0), |canvas, x, y, _| lit(wall, 0.78 + 0.1 * canvas.noise(x, y, 0.5, 0.5)));
        self.block(&[(0.0, 600.0), (left, low), (right, low), (800.0, 600.0)], [122.0, 112.0, 100.0]);
        self.block(&[(0.0, 0.0), (left, top), (right, top), (800.0, 0.0)], lit(wall, 0.66));
        self.block(&[(left, top), (right, top), (right, low), (left, low)], lit(wall, 1.04));
        let studs = dice.below(3) > 0;
        for n in 0..9 {
            let x = left + n as f32 * (right - left) / 8.0;
            if studs {
                self.bar((x, top), (x, low), 8.0, [190.0, 150.0, 96.0]);
            }
        }
        let window = (range(dice, 280, 360), range(dice, 430, 520));
        self.block(
            &[(window.0, top + 50.0), (window.1, top + 50.0), (window.1, low - 90.0), (window.0, low - 90.0)],
            [236.0, 242.0, 246.0],
        );
        self.bar(
            ((window.0 + window.1) / 2.0, top + 50.0),
            ((window.0 + window.1) / 2.0, low - 90.0),
            6.0,
            [240.0, 240.0, 236.0],
        );
        for _ in 0..2 + dice.below(4) {
            let (x, y, s) = (range(dice, 80, 700), range(dice, 470, 570), range(dice, 40, 120));
            let colour = *dice.pick(&[[176.0, 138.0, 86.0], [198.0, 196.0, 190.0], [90.0, 104.0, 124.0]]);
            self.block(&[(x - s, y), (x + s, y - 14.0), (x + s, y - 14.0 - s * 0.4), (x - s, y - s * 0.4)], colour);
        }
    }

    /// The picture enlarged to its size, with the light of the hour, the lens and the grain of the sensor.
    fn developed(&self, hour: i64, dice: &mut Dice, width: usize, height: usize) -> Vec<u8> {
        let away = (hour - 12).abs() as f32 / 6.0;
        let warm = (away - 0.3).max(0.0) * 0.16;
        let exposure = (1.06 - 0.12 * away) * range(dice, 92, 108) / 100.0;
        let light = [exposure * (1.0 + warm), exposure, exposure * (1.0 - warm)];
        let mut grain = dice.next() | 1;
        let step = (W - 1) as f32 / width as f32;
        let columns: Vec<(usize, f32, f32)> = (0..width)
            .map(|column| {
                let x = column as f32 * step;
                let aside = x / W as f32 - 0.5;
                (x as usize, x - (x as usize) as f32, 0.42 * aside * aside)
            })
            .collect();
        let mut out = vec![0; width * height * 3];
        let mut row = [[0.0; 3]; W];
        for (line, out) in out.chunks_exact_mut(width * 3).enumerate() {
            let y = line as f32 * (H - 1) as f32 / height as f32;
            let (y0, down) = (y as usize, y - (y as usize) as f32);
            let (top, low) = (&self.pixels[y0 * W..][..W], &self.pixels[(y0 + 1) * W..][..W]);
            for ((mixed, top), low) in row.iter_mut().zip(top).zip(low) {
                *mixed = mix(*top, *low, down);
            }
            let aside = y / H as f32 - 0.5;
            let lens = 1.0 - 0.42 * aside * aside;
            for (&(x0, right, away), out) in columns.iter().zip(out.chunks_exact_mut(3)) {
                grain ^= grain << 13;
                grain ^= grain >> 7;
                grain ^= grain << 17;
                let speck = (grain >> 56) as f32 / 51.0 - 2.5;
                let colour = mix(row[x0], row[x0 + 1], right);
                let lens = lens - away;
                // A float that does not fit into a byte becomes the nearest that does.
                out.copy_from_slice(&[0, 1, 2].map(|n| (colour[n] * light[n] * lens + speck) as u8));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_gives_a_picture_of_its_own_and_the_same_one_again() {
        let painter = Painter::default();
        let all = [
            Subject::Trench,
            Subject::Wall,
            Subject::Rebar,
            Subject::Ground,
            Subject::Water,
            Subject::Culvert,
            Subject::Road,
            Subject::Frame,
            Subject::Room,
            Subject::Machine,
        ];
        let paint = |subject, seed| painter.jpeg(subject, 9, seed, (200, 150));
        let pictures: std::collections::BTreeSet<Vec<u8>> =
            all.iter().flat_map(|subject| (0..3).map(|seed| paint(*subject, seed))).collect();
        assert_eq!(pictures.len(), 3 * all.len());
        assert!(pictures.contains(&paint(Subject::Water, 2)));
    }
}
