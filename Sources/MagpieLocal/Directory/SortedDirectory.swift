import Glibc

/// The names of one directory in the order in which their keys sort.
///
/// A sub-directory sorts as its name and "/", as in git's trees, because so begin all keys below it. Names lie one
/// after the other in one block, each ending in NUL, which no name holds and which is less than every other byte: so
/// `strcmp` is the order, and a file's name can be handed to a system call where it lies.
///
/// `@unchecked Sendable`: both blocks are filled by `init` and only read afterwards. Raw memory instead of arrays keeps
/// a directory of a million names at one copy, also while it grows.
final class SortedDirectory: @unchecked Sendable {
  /// Entries that are neither files nor directories: symbolic links, sockets, devices, pipes.
  let skipped: Int
  /// Bytes of memory.
  let memory: Int
  let count: Int
  private let names: UnsafeMutablePointer<CChar>
  private let offsets: UnsafeMutablePointer<Int>

  /// Reads an open directory.
  static func read(_ directory: Descriptor, isRoot: Bool) -> Result<SortedDirectory, SystemFailure> {
    // readdir moves its descriptor's position, and fdopendir takes it over: it gets one of its own.
    let number = SystemCall.retry { openat(directory.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard number >= 0 else { return .failure(SystemFailure(-number)) }
    guard let stream = fdopendir(number) else {
      close(number)
      return .failure(SystemFailure(errno))
    }
    defer { closedir(stream) }
    var builder = Builder()
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      builder.add(entry, of: directory, isRoot: isRoot)
    }
    let code = errno
    let result = builder.finish()
    return code == 0 ? .success(result) : .failure(SystemFailure(code))
  }

  private init(
    names: UnsafeMutablePointer<CChar>, offsets: UnsafeMutablePointer<Int>, count: Int, size: Int, skipped: Int
  ) {
    self.names = names
    self.offsets = offsets
    self.count = count
    self.skipped = skipped
    self.memory = size + count * MemoryLayout<Int>.stride
    var order = UnsafeMutableBufferPointer(start: offsets, count: count)
    order.sort { strcmp(names + $0, names + $1) < 0 }
  }

  deinit {
    free(names)
    free(offsets)
  }

  /// The name at a place in the order, ending in "/" for a directory; valid as long as this object.
  func name(_ index: Int) -> UnsafePointer<CChar> {
    UnsafePointer(names + offsets[index])
  }

  /// The first place whose name is greater than `bound`.
  func firstIndex(after bound: ArraySlice<UInt8>) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if SortedDirectory.compare(name(middle), bound) > 0 { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private static func compare(_ name: UnsafePointer<CChar>, _ bound: ArraySlice<UInt8>) -> Int {
    var index = 0
    for byte in bound {
      let own = UInt8(bitPattern: name[index])
      // At the end of the name `own` is NUL, less than or equal to any byte of a key.
      if own == 0 { return -1 }
      if own != byte { return own < byte ? -1 : 1 }
      index += 1
    }
    return name[index] == 0 ? 0 : 1
  }
}

extension SortedDirectory {
  private struct Builder {
    private var names: UnsafeMutablePointer<CChar>
    private var offsets: UnsafeMutablePointer<Int>
    private var size = 0
    private var capacity = 4096
    private var count = 0
    private var countMax = 128
    private var skipped = 0

    init() {
      names = .grown(nil, to: 4096)
      offsets = .grown(nil, to: 128)
    }

    mutating func add(_ entry: UnsafeMutablePointer<dirent>, of directory: Descriptor, isRoot: Bool) {
      // The record is shorter than `dirent`, so the name is found by its offset and never copied as a tuple.
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return }
      let name = UnsafeMutableRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return }
      if isRoot && strcmp(name, DirectoryPath.reserved) == 0 { return }
      if name[0] == CChar(bitPattern: UInt8(ascii: ".")), TemporaryName(String(cString: name)) != nil { return }
      var type = Int(entry.pointee.d_type)
      if type == Int(DT_UNKNOWN) {
        guard let status = directory.status(of: name) else { return }
        type = status.isFile ? Int(DT_REG) : status.isDirectory ? Int(DT_DIR) : Int(DT_LNK)
      }
      guard type == Int(DT_REG) || type == Int(DT_DIR) else {
        skipped += 1
        return
      }
      append(name, isDirectory: type == Int(DT_DIR))
    }

    private mutating func append(_ name: UnsafePointer<CChar>, isDirectory: Bool) {
      let length = strlen(name)
      if size + length + 2 > capacity {
        capacity = max(capacity + capacity / 2, size + length + 2)
        names = .grown(names, to: capacity)
      }
      if count == countMax {
        countMax += countMax / 2
        offsets = .grown(offsets, to: countMax)
      }
      offsets[count] = size
      count += 1
      memcpy(names + size, name, length)
      size += length
      if isDirectory {
        names[size] = CChar(bitPattern: UInt8(ascii: "/"))
        size += 1
      }
      names[size] = 0
      size += 1
    }

    func finish() -> SortedDirectory {
      SortedDirectory(
        names: .grown(names, to: max(size, 1)), offsets: .grown(offsets, to: max(count, 1)), count: count, size: size,
        skipped: skipped)
    }
  }
}

extension UnsafeMutablePointer {
  /// Memory of malloc, resized; moves pages instead of copying them where it is large.
  fileprivate static func grown(_ old: UnsafeMutablePointer?, to count: Int) -> UnsafeMutablePointer {
    guard let new = realloc(old, count * MemoryLayout<Pointee>.stride) else {
      fatalError("out of memory for the names of a directory")
    }
    return new.assumingMemoryBound(to: Pointee.self)
  }
}
