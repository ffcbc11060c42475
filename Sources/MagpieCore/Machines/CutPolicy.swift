/// Where the planner cuts: leases of equal estimated cost, small while little is listed, so that a small job still
/// spreads over several workers and a large one does not drown in leases.
package struct CutPolicy: Hashable, Sendable {
  /// Images a full-grown lease, on average.
  package var imagesMax: Int
  /// The first leases. Half a second of work for one core with 12-megapixel photographs.
  package var imagesMin: Int
  /// A lease is at most this part of what has been listed, so the last one to end is short beside the whole.
  package var partOfListed: Int
  /// What opening, recording and storing one image costs, in bytes of source: measured on 1 kB JPEGs beside 3.5 MB
  /// ones.
  package var bytesPerImage: Int

  package init(imagesMax: Int = 2_000, imagesMin: Int = 8, partOfListed: Int = 16, bytesPerImage: Int = 65_536) {
    self.imagesMax = imagesMax
    self.imagesMin = min(imagesMin, imagesMax)
    self.partOfListed = partOfListed
    self.bytesPerImage = bytesPerImage
  }

  func cost(_ object: ObjectSummary) -> Int {
    object.size + bytesPerImage
  }

  /// Whether a cut is due when `images` of `cost` are gathered, `listed` of `listedCost` in all.
  func isDue(images: Int, cost: Int, listed: Int, listedCost: Int) -> Bool {
    let target = min(imagesMax, max(imagesMin, listed / partOfListed))
    let mean = listedCost / max(1, listed)
    return images >= target * 2 || cost >= target * mean && images > 0
  }
}
