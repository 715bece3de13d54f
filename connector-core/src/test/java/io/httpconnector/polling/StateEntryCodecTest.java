package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.Checkpoint.Unproven;
import io.httpconnector.polling.Checkpoint.Validators;
import io.httpconnector.polling.DeduplicationIndex.KeyEntry;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The stored format of the state: it is read as it was written, by this version or an earlier one. */
class StateEntryCodecTest {

    private static final Fingerprint KEY = Fingerprint.of("key");
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    /** Writes what it reads as text. */
    private static final class Sections implements StateEntryCodec.Reader {

        private final List<Object> all = new ArrayList<>();

        @Override
        public void definition(String json) {
            all.add("definition " + json);
        }

        @Override
        public void checkpoint(String scope, Checkpoint checkpoint) {
            all.add(scope);
            all.add(checkpoint);
        }

        @Override
        public void seen(String scope, Fingerprint key, KeyEntry entry) {
            all.add(scope + " " + key);
            all.add(entry);
        }

        @Override
        public void keyText(String scope, Fingerprint key, String text) {
            all.add(scope + " " + key + " " + text);
        }

        @Override
        public void forgotten(String scope, Fingerprint key) {
            all.add(scope + " forgets " + key);
        }

        @Override
        public void deadLetterAdded(DeadLetter letter) {
            all.add(letter.event().id() + " " + letter.error() + " "
                    + letter.event().payload());
        }

        @Override
        public void deadLetterRemoved(String eventId) {
            all.add("without " + eventId);
        }

        @Override
        public void occurrence(Occurrence occurrence) {
            all.add(occurrence);
        }

        @Override
        public void pushStatistics(String json) {
            all.add("statistics " + json);
        }
    }

    private static List<Object> read(byte[] entry) throws IOException {
        Sections sections = new Sections();
        StateEntryCodec.read(entry, sections);
        return sections.all;
    }

    @Test
    void everySectionIsReadAsItWasWritten() throws IOException {
        String large = "ä".repeat(10_000);
        Checkpoint checkpoint = new Checkpoint(
                true,
                1L,
                2,
                3L,
                new Unproven(4, 5, 6),
                "token",
                new Validators("request", "\"a\"", "yesterday"),
                new PausedRead("q", TextNode.valueOf("p"), TextNode.valueOf("d")),
                7);
        KeyEntry counted = KeyEntry.first(1L << 40, 7).next(2L << 40, 8);
        KeyEntry reaching = counted.withReach(9);
        TriggerEvent event = new TriggerEvent(
                "e", "records", ChangeType.NEW, "k", TextNode.valueOf(large), TextNode.valueOf("p"), NOON);
        StateEntryCodec entry = new StateEntryCodec();
        assertThat(entry.isEmpty()).isTrue();
        entry.definition("{}");
        entry.checkpoint("parent", checkpoint);
        entry.checkpoint("", Checkpoint.NONE);
        entry.seen("parent", KEY, counted);
        entry.seen("", KEY, reaching);
        entry.keyText("parent", KEY, large);
        entry.forgotten("parent", KEY);
        entry.deadLetterAdded(new DeadLetter(event, "failed", 3, NOON));
        entry.deadLetterRemoved("e");
        Occurrence occurrence = new Occurrence(KEY, 1L << 40, Fingerprint.of("event"), 2, 3, Occurrence.PUSHED);
        entry.occurrence(occurrence);
        entry.pushStatistics("{}");

        assertThat(entry.isEmpty()).isFalse();
        assertThat(read(entry.toBytes()))
                .containsExactly(
                        "definition {}",
                        "parent",
                        checkpoint,
                        "",
                        Checkpoint.NONE,
                        "parent " + KEY,
                        KeyEntry.of(counted.stored(), 8),
                        " " + KEY,
                        KeyEntry.of(counted.stored(), 8, 9),
                        "parent " + KEY + " " + large,
                        "parent forgets " + KEY,
                        "e failed \"" + large + "\"",
                        "without e",
                        occurrence,
                        "statistics {}");
    }

    @Test
    void partOfACheckpointIsReadAsItWasWritten() throws IOException {
        Checkpoint time = Checkpoint.NONE.withValidators(new Validators("request", null, "yesterday"));
        Checkpoint tag = Checkpoint.NONE.withValidators(new Validators("request", "\"a\"", null));
        StateEntryCodec entry = new StateEntryCodec();
        entry.checkpoint("", time);
        entry.checkpoint("", tag);

        assertThat(read(entry.toBytes())).containsExactly("", time, "", tag);
    }

    /** They stored a key without a count, the number of polls, and the start of the next query. */
    @Test
    void formatOfEarlierVersionsIsRead() throws IOException {
        ByteBuffer entry = ByteBuffer.allocate(1 + 4 + 4 + 32);
        entry.put((byte) 'S').putInt(0).putInt(0);
        entry.putLong(KEY.high()).putLong(KEY.low()).putLong((5L << 48) | 0xabc).putLong(6);

        assertThat(read(entry.array())).containsExactly(" " + KEY, KeyEntry.first(5L << 48, 6));
        assertThat(Checkpoint.fromJson(JsonSupport.parse("{\"polls\": 3, \"position\": 20, \"query\": 10}")))
                .isEqualTo(new Checkpoint(false, null, 3, 10L, null, null, null, null, 0));
        assertThat(Checkpoint.fromJson(JsonSupport.parse("{\"position\": 20}")).position())
                .isEqualTo(20);
        assertThat(Checkpoint.fromJson(JsonSupport.parse("{\"query\": 10}")).position())
                .isNull();
    }

    @Test
    void sectionOfANewerVersionIsReported() {
        assertThatThrownBy(() -> read(new byte[] {'Z', 0, 0, 0, 0, 0, 0, 0, 0}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unknown section 'Z'");
    }

    @Test
    void positionNeverMovesBackAndPassesAnUnprovenRead() {
        Checkpoint read = Checkpoint.NONE.withPosition(10).withUnproven(new Unproven(20, 0, 0));

        assertThat(read.withPosition(5)).isEqualTo(read);
        assertThat(read.withPosition(19).unproven()).isNotNull();
        assertThat(read.withPosition(20).unproven()).isNull();
        assertThat(read.withPosition(20).withPosition(15).position()).isEqualTo(20);
    }
}
