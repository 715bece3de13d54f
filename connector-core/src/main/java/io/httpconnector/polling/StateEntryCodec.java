package io.httpconnector.polling;

import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.trigger.DeadLetter;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Codec of the log entries of a trigger's state. An entry holds all changes of one commit as a sequence of sections. Each
 * section starts with a letter; numbers are in network byte order, texts in UTF-8 after their length.
 */
final class StateEntryCodec {

    private ByteBuffer out = ByteBuffer.allocate(4096);

    /** Receives the sections of an entry. */
    interface Reader {
        void definition(String json);

        void checkpoint(String scope, Checkpoint checkpoint);

        void seen(String scope, Fingerprint key, DeduplicationIndex.KeyEntry entry);

        void keyText(String scope, Fingerprint key, String text);

        void forgotten(String scope, Fingerprint key);

        void deadLetterAdded(DeadLetter letter);

        void deadLetterRemoved(String eventId);

        void occurrence(Occurrence occurrence);

        void pushStatistics(String json);
    }

    boolean isEmpty() {
        return size() == 0;
    }

    int size() {
        return out.position();
    }

    byte[] toBytes() {
        return Arrays.copyOf(out.array(), size());
    }

    void definition(String json) {
        write('D', json, "");
    }

    void checkpoint(String scope, Checkpoint checkpoint) {
        write('C', scope, checkpoint.toJson().toString());
    }

    void seen(String scope, Fingerprint key, DeduplicationIndex.KeyEntry entry) {
        if (entry.reach() == entry.mark()) {
            write('R', scope, "", key.high(), key.low(), entry.stored(), entry.mark());
        } else {
            write('W', scope, "", key.high(), key.low(), entry.stored(), entry.mark(), entry.reach());
        }
    }

    void keyText(String scope, Fingerprint key, String text) {
        write('N', scope, text, key.high(), key.low());
    }

    void forgotten(String scope, Fingerprint key) {
        write('F', scope, "", key.high(), key.low());
    }

    void deadLetterAdded(DeadLetter letter) {
        write('L', letter.toJson().toString(), "");
    }

    void deadLetterRemoved(String eventId) {
        write('B', eventId, "");
    }

    void occurrence(Occurrence one) {
        write(
                'O',
                "",
                "",
                one.key().high(),
                one.key().low(),
                one.version(),
                one.event().high(),
                one.event().low(),
                one.order(),
                one.time(),
                one.flags());
    }

    void pushStatistics(String json) {
        write('P', json, "");
    }

    private void write(char section, String first, String second, long... numbers) {
        byte[] one = first.getBytes(StandardCharsets.UTF_8);
        byte[] two = second.getBytes(StandardCharsets.UTF_8);
        int needed = size() + 1 + 4 + one.length + 4 + two.length + 8 * numbers.length;
        if (needed > out.capacity()) {
            out = ByteBuffer.allocate(Math.max(needed, 2 * out.capacity())).put(out.flip());
        }
        out.put((byte) section).putInt(one.length).put(one).putInt(two.length).put(two);
        for (long number : numbers) {
            out.putLong(number);
        }
    }

    /**
     * Reads an entry.
     *
     * @throws IOException when it is malformed
     */
    static void read(byte[] entry, Reader reader) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(entry));
        while (in.available() > 0) {
            char section = (char) in.readByte();
            String first = readText(in);
            String second = readText(in);
            switch (section) {
                case 'D' -> reader.definition(first);
                case 'C' -> reader.checkpoint(first, Checkpoint.fromJson(JsonSupport.parse(second)));
                // Written before the count existed: the lower bits belong to the version.
                case 'S' ->
                    reader.seen(first, readKey(in), DeduplicationIndex.KeyEntry.first(in.readLong(), in.readLong()));
                case 'R' ->
                    reader.seen(first, readKey(in), DeduplicationIndex.KeyEntry.of(in.readLong(), in.readLong()));
                case 'W' ->
                    reader.seen(
                            first,
                            readKey(in),
                            DeduplicationIndex.KeyEntry.of(in.readLong(), in.readLong(), in.readLong()));
                case 'N' -> reader.keyText(first, readKey(in), second);
                case 'F' -> reader.forgotten(first, readKey(in));
                case 'L' -> reader.deadLetterAdded(DeadLetter.fromJson(JsonSupport.parse(first)));
                case 'B' -> reader.deadLetterRemoved(first);
                case 'O' -> reader.occurrence(readOccurrence(in));
                case 'P' -> reader.pushStatistics(first);
                default ->
                    throw new IOException(
                            "unknown section '" + section + "': the entry was written by a newer version");
            }
        }
    }

    private static Occurrence readOccurrence(DataInputStream in) throws IOException {
        return new Occurrence(
                readKey(in), in.readLong(), readKey(in), in.readLong(), in.readLong(), (int) in.readLong());
    }

    private static Fingerprint readKey(DataInputStream in) throws IOException {
        return new Fingerprint(in.readLong(), in.readLong());
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] text = in.readNBytes(in.readInt());
        return new String(text, StandardCharsets.UTF_8);
    }
}
