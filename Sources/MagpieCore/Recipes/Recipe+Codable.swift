// The canonical form of a recipe is its JSON with sorted keys and with every field left out that has its default, so a
// field that a later version adds does not change the digest of the recipes that do not use it.

extension Colour: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let colour = Colour(text) else {
      throw MagpieError(.recipeInvalid, "“\(text)” is no colour; write #RRGGBB")
    }
    self = colour
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Rendition: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, size, fit, gravity, enlarge, format, quality, background
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let standard = Rendition()
    name = try fields.decodeIfPresent(String.self, forKey: .name) ?? standard.name
    size = try fields.decodeIfPresent(SizeSpecification.self, forKey: .size) ?? standard.size
    fit = try fields.decodeIfPresent(Fit.self, forKey: .fit) ?? standard.fit
    gravity = try fields.decodeIfPresent(Gravity.self, forKey: .gravity) ?? standard.gravity
    enlarge = try fields.decodeIfPresent(Bool.self, forKey: .enlarge) ?? standard.enlarge
    format = try fields.decodeIfPresent(OutputFormat.self, forKey: .format) ?? standard.format
    quality = try fields.decodeIfPresent(Int.self, forKey: .quality) ?? standard.quality
    background = try fields.decodeIfPresent(Colour.self, forKey: .background) ?? standard.background
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    let standard = Rendition()
    if name != standard.name { try fields.encode(name, forKey: .name) }
    try fields.encode(size, forKey: .size)
    if fit != standard.fit { try fields.encode(fit, forKey: .fit) }
    if gravity != standard.gravity { try fields.encode(gravity, forKey: .gravity) }
    if enlarge != standard.enlarge { try fields.encode(enlarge, forKey: .enlarge) }
    try fields.encode(format, forKey: .format)
    if quality != standard.quality { try fields.encode(quality, forKey: .quality) }
    if background != standard.background { try fields.encode(background, forKey: .background) }
  }
}

extension Recipe: Codable {
  private enum CodingKeys: String, CodingKey {
    case renditions, orient, outputKey, pixelsMax
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let standard = Recipe()
    renditions = try fields.decodeIfPresent([Rendition].self, forKey: .renditions) ?? standard.renditions
    orient = try fields.decodeIfPresent(Bool.self, forKey: .orient) ?? standard.orient
    outputKey = try fields.decodeIfPresent(OutputTemplate.self, forKey: .outputKey) ?? standard.outputKey
    pixelsMax = try fields.decodeIfPresent(Int.self, forKey: .pixelsMax) ?? standard.pixelsMax
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    let standard = Recipe()
    try fields.encode(renditions, forKey: .renditions)
    if orient != standard.orient { try fields.encode(orient, forKey: .orient) }
    if outputKey != standard.outputKey { try fields.encode(outputKey, forKey: .outputKey) }
    if pixelsMax != standard.pixelsMax { try fields.encode(pixelsMax, forKey: .pixelsMax) }
  }
}
