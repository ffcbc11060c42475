import MagpieNode
import Synchronization
import Testing

@Suite struct MemoryBudgetTests {
  private final class Order: Sendable {
    let items = Mutex<[Int]>([])
  }

  @Test func moreThanTheWholeIsRefusedAtOnce() async {
    let budget = MemoryBudget(totalBytes: 10)
    #expect(await budget.acquire(11) == false)
    #expect(await budget.acquire(10))
  }

  @Test func aLargeWaiterIsNotOvertakenBySmallOnes() async {
    let budget = MemoryBudget(totalBytes: 10)
    #expect(await budget.acquire(6))
    let order = Order()
    await withTaskGroup(of: Void.self) { group in
      for bytes in [8, 2] {
        group.addTask {
          _ = await budget.acquire(bytes)
          order.items.withLock { $0.append(bytes) }
          budget.release(bytes)
        }
        // The first must be waiting before the second asks.
        for _ in 0..<2_000 { await Task.yield() }
      }
      // Four bytes are free, but the small one came second.
      #expect(order.items.withLock { $0 }.isEmpty)
      budget.release(6)
      await group.waitForAll()
    }
    #expect(order.items.withLock { $0 } == [8, 2])
  }
}
