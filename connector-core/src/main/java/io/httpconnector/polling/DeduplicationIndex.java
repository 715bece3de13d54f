package io.httpconnector.polling;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An index of the keys of known records, each with its version, a mark (its time or position), the number of earlier versions,
 * and the reads in which it was seen. Each entry takes 32 bytes in open-addressing hash tables of which one grows at a time,
 * so that a million keys take about 45 MB, and growing needs little more. Versions are compared by 48 bits. The few keys whose
 * versions were counted up to a later mark than that of the last version are kept in a separate map.
 */
final class DeduplicationIndex {

    /** The bits of a version that are compared. */
    static final long VERSION = ~0xffffL;

    private static final int WIDTH = 4;
    private static final long IN_CURRENT_READ = 1;
    private static final long IN_PREVIOUS_READ = 2;
    private static final int COUNTS = 0x3fff;
    private static final int MANY = 8192;
    private static final int TABLES = 256;
    /** Tables of this size grow by a smaller factor. */
    private static final int LARGE = 2000;

    private Table[] tables = {new Table(0)};
    private int size;
    private final Map<Fingerprint, Long> reaches = new HashMap<>();

    /**
     * The entry of a key.
     *
     * @param count the number of versions counted before this one, modulo 16,384
     * @param reach the latest mark of the versions that were counted, at least the mark of this one
     * @param inCurrentRead whether it was seen in the current read
     * @param inPreviousRead whether it was seen in the last complete read
     */
    record KeyEntry(long version, long mark, long reach, int count, boolean inCurrentRead, boolean inPreviousRead) {

        static KeyEntry of(long packed, long mark) {
            return of(packed, mark, mark);
        }

        static KeyEntry of(long packed, long mark, long reach) {
            return new KeyEntry(
                    packed & VERSION,
                    mark,
                    reach,
                    (int) (packed >>> 2) & COUNTS,
                    (packed & IN_CURRENT_READ) != 0,
                    (packed & IN_PREVIOUS_READ) != 0);
        }

        /** The entry of a new record. */
        static KeyEntry first(long version, long mark) {
            return new KeyEntry(version & VERSION, mark, mark, 0, true, false);
        }

        /** The entry with another version, which is counted. */
        KeyEntry next(long otherVersion, long otherMark) {
            return new KeyEntry(
                    otherVersion & VERSION, otherMark, otherMark, (count + 1) & COUNTS, true, inPreviousRead);
        }

        /** The entry with another version at a new mark, so that counting restarts. */
        KeyEntry nextAtNewMark(long otherVersion, long otherMark) {
            return new KeyEntry(otherVersion & VERSION, otherMark, otherMark, 0, true, inPreviousRead);
        }

        KeyEntry seenAt(long otherMark) {
            return new KeyEntry(version, otherMark, otherMark, count, true, inPreviousRead);
        }

        /** The entry with versions counted up to this mark, if it is later than its own. */
        KeyEntry withReach(long otherReach) {
            return new KeyEntry(version, mark, Math.max(mark, otherReach), count, inCurrentRead, inPreviousRead);
        }

        /** The entry as seen in other reads. */
        KeyEntry withReads(boolean inCurrent, boolean inPrevious) {
            return new KeyEntry(version, mark, reach, count, inCurrent, inPrevious);
        }

        /** The entry with at least this number of earlier versions. */
        KeyEntry withCount(int otherCount) {
            return new KeyEntry(version, mark, reach, Math.max(count, otherCount), inCurrentRead, inPreviousRead);
        }

        KeyEntry missing() {
            return new KeyEntry(version, mark, reach, count, false, false);
        }

        /** The durable part: whether the key counts as seen in the last read. */
        long stored() {
            return version | ((long) count << 2) | (inCurrentRead || inPreviousRead ? IN_CURRENT_READ : 0);
        }

        private long packed() {
            return version
                    | ((long) count << 2)
                    | (inPreviousRead ? IN_PREVIOUS_READ : 0)
                    | (inCurrentRead ? IN_CURRENT_READ : 0);
        }
    }

    /** Visits keys. */
    interface Visitor {
        void visit(Fingerprint key, KeyEntry entry);
    }

    /** A predicate on key, mark and reach. */
    interface Test {
        boolean test(Fingerprint key, long mark, long reach);
    }

    int size() {
        return size;
    }

    @Nullable KeyEntry get(Fingerprint key) {
        Table table = table(key);
        int at = table.find(key);
        return at < 0 ? null : entry(key, table.cells[at + 2], table.cells[at + 3]);
    }

    private KeyEntry entry(Fingerprint key, long packed, long mark) {
        return KeyEntry.of(packed, mark, reach(key, mark));
    }

    /** Whether the versions of any key were counted up to a later mark than that of its last version. */
    boolean hasReaches() {
        return !reaches.isEmpty();
    }

    private long reach(Fingerprint key, long mark) {
        return reaches.isEmpty() ? mark : reaches.getOrDefault(key, mark);
    }

    void put(Fingerprint key, KeyEntry entry) {
        if (size == MANY && tables.length == 1) {
            spread();
        }
        if (table(key).put(key, entry.packed(), entry.mark())) {
            size++;
        }
        if (entry.reach() > entry.mark()) {
            reaches.put(key, entry.reach());
        } else if (!reaches.isEmpty()) {
            reaches.remove(key);
        }
    }

    /**
     * Starts a read.
     *
     * @param ended whether the previous read was complete, and so replaces the one before it
     */
    void startRead(boolean ended) {
        for (Table table : tables) {
            long[] cells = table.cells;
            for (int at = 2; at < cells.length; at += WIDTH) {
                long flags = ended ? (cells[at] & IN_CURRENT_READ) << 1 : cells[at] & IN_PREVIOUS_READ;
                cells[at] = (cells[at] & ~(IN_CURRENT_READ | IN_PREVIOUS_READ)) | flags;
            }
        }
    }

    void remove(Fingerprint key) {
        removeIf(table(key), (other, mark, reach) -> other.equals(key));
    }

    /** Forgets the keys that match. */
    void removeIf(Test test) {
        for (Table table : tables) {
            removeIf(table, test);
        }
    }

    private void removeIf(Table table, Test test) {
        size -= table.removeIf((key, mark) -> test.test(key, mark, reach(key, mark)));
        reaches.keySet().removeIf(key -> table(key) == table && table.find(key) < 0);
    }

    void forEach(Visitor visitor) {
        for (Table table : tables) {
            forEach(table, visitor);
        }
    }

    private void forEach(Table table, Visitor visitor) {
        table.forEach((key, packed, mark) -> visitor.visit(key, entry(key, packed, mark)));
    }

    /** Sets the mark of all keys. */
    void markAll(long mark) {
        reaches.clear();
        for (Table table : tables) {
            for (int at = 0; at < table.cells.length; at += WIDTH) {
                table.cells[at + 3] = mark;
            }
        }
    }

    /** The number of parts in which {@link #forEachIn} can visit the keys. */
    int parts() {
        return tables.length;
    }

    void forEachIn(int part, Visitor visitor) {
        forEach(tables[part], visitor);
    }

    private Table table(Fingerprint key) {
        return tables[(int) (key.high() >>> 56) % tables.length];
    }

    private void spread() {
        Table all = tables[0];
        tables = new Table[TABLES];
        Arrays.setAll(tables, i -> new Table(MANY / TABLES));
        all.forEach((key, packed, mark) -> table(key).put(key, packed, mark));
    }

    /** A hash table with linear probing. A cell with key 0 is free. */
    private static final class Table {

        private long[] cells;
        private int count;

        /** A predicate on cells of the table. */
        interface CellTest {
            boolean test(Fingerprint key, long mark);
        }

        /** Visits cells of the table. */
        interface CellVisitor {
            void visit(Fingerprint key, long packed, long mark);
        }

        Table(int expected) {
            cells = new long[cellsFor(expected)];
        }

        private static int cellsFor(int count) {
            return (count + count / 3 + 2) * WIDTH;
        }

        /** The index of the key, or the bitwise complement of its insertion index. */
        int find(Fingerprint key) {
            return find(key.high(), key.low());
        }

        private int find(long high, long low) {
            int slots = cells.length / WIDTH;
            int slot = (int) ((low >>> 1) % slots);
            while (true) {
                int at = slot * WIDTH;
                if (cells[at] == 0 && cells[at + 1] == 0) {
                    return ~at;
                }
                if (cells[at] == high && cells[at + 1] == low) {
                    return at;
                }
                slot = slot + 1 == slots ? 0 : slot + 1;
            }
        }

        private void grow() {
            long[] old = cells;
            cells = new long[cellsFor(count + 1 + (count < LARGE ? count : count / 4))];
            for (int from = 0; from < old.length; from += WIDTH) {
                if (old[from] != 0 || old[from + 1] != 0) {
                    int to = ~find(old[from], old[from + 1]);
                    cells[to] = old[from];
                    cells[to + 1] = old[from + 1];
                    cells[to + 2] = old[from + 2];
                    cells[to + 3] = old[from + 3];
                }
            }
        }

        boolean put(Fingerprint key, long packed, long mark) {
            int at = find(key);
            boolean isNew = at < 0;
            if (isNew && cells.length < cellsFor(count + 1)) {
                grow();
                at = find(key);
            }
            int to = isNew ? ~at : at;
            cells[to] = key.high();
            cells[to + 1] = key.low();
            cells[to + 2] = packed;
            cells[to + 3] = mark;
            count += isNew ? 1 : 0;
            return isNew;
        }

        int removeIf(CellTest test) {
            int removed = 0;
            for (int at = 0; at < cells.length; at += WIDTH) {
                if (isTaken(at) && test.test(new Fingerprint(cells[at], cells[at + 1]), cells[at + 3])) {
                    removed++;
                }
            }
            if (removed > 0) {
                rebuild(cellsFor(count - removed), test);
                count -= removed;
            }
            return removed;
        }

        private void rebuild(int length, CellTest without) {
            long[] old = cells;
            cells = new long[length];
            for (int from = 0; from < old.length; from += WIDTH) {
                Fingerprint key = new Fingerprint(old[from], old[from + 1]);
                boolean taken = old[from] != 0 || old[from + 1] != 0;
                if (taken && !without.test(key, old[from + 3])) {
                    System.arraycopy(old, from, cells, ~find(key), WIDTH);
                }
            }
        }

        void forEach(CellVisitor visitor) {
            for (int at = 0; at < cells.length; at += WIDTH) {
                if (isTaken(at)) {
                    visitor.visit(new Fingerprint(cells[at], cells[at + 1]), cells[at + 2], cells[at + 3]);
                }
            }
        }

        private boolean isTaken(int at) {
            return cells[at] != 0 || cells[at + 1] != 0;
        }
    }
}
