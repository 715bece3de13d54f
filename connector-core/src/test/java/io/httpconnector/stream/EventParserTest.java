package io.httpconnector.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The parser follows the specification, wherever the network splits the stream. */
@Timeout(60)
class EventParserTest {

    private static final int MAX = 1 << 20;

    /** A stream that returns at most a number of bytes at once. */
    private static InputStream split(byte[] bytes, java.util.function.IntSupplier size) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                return super.read(buffer, offset, Math.min(length, size.getAsInt()));
            }
        };
    }

    private static List<String> parse(InputStream in) throws IOException {
        EventParser parser = new EventParser(in, "", MAX, () -> {});
        List<String> found = new ArrayList<>();
        for (ServerSentEvent event = parser.next(); event != null; event = parser.next()) {
            found.add(event.id() + "|" + event.event() + "|" + event.data());
        }
        return found;
    }

    static Stream<Arguments> cases() {
        return Stream.of(
                arguments("BOM", "\ufeffdata:1\n\n\ufeffdata:2\n\ndata:3\n\n", List.of("|message|1", "|message|3")),
                arguments("BOM, then a blank line", "\ufeff\ndata:1\n\n", List.of("|message|1")),
                arguments("two BOMs", "\ufeff\ufeffdata:1\n\ndata:2\n\n", List.of("|message|2")),
                arguments(
                        "comments",
                        "data:1\n:\0\n:\r\ndata:2\n:x\rdata:3\n:data:fail\n:y\ndata:4\n\n",
                        List.of("|message|1\n2\n3\n4")),
                arguments(
                        "no blank line at the end",
                        "retry:1000\ndata:test1\n\nid:test\ndata:test2",
                        List.of("|message|test1")),
                arguments("no terminator of the last line", "data:1\n\ndata:2\n", List.of("|message|1")),
                arguments(
                        "data without a value",
                        "data:\n\ndata\ndata\n\ndata:test\n\n",
                        List.of("|message|", "|message|\n", "|message|test")),
                arguments("an empty type", "event: \ndata:data\n\n", List.of("|message|data")),
                arguments("a type", "event:test\ndata:x\n\ndata:x\n\n", List.of("|test|x", "|message|x")),
                arguments("the last type counts", "event:a\nevent:b\ndata:x\n\n", List.of("|b|x")),
                arguments("a type without data", "event:a\n\ndata:x\n\n", List.of("|message|x")),
                arguments(
                        "fields",
                        "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
                        List.of("|message|\0\n 2\n1\n3\n\n4")),
                arguments(
                        "unknown fields",
                        "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n",
                        List.of("|message|test\n\ntest")),
                arguments(
                        "one leading space", "data:\ttest\rdata: \ndata:test\n\n", List.of("|message|\ttest\n\ntest")),
                arguments("two leading spaces", "data:  test\n\n", List.of("|message| test")),
                arguments("line ends", "data:test\r\ndata\ndata:test\r\n\r\n", List.of("|message|test\n\ntest")),
                arguments("CR only", "data:1\rdata:2\r\rdata:3\r\r", List.of("|message|1\n2", "|message|3")),
                arguments("CR, LF, CR", "data:1\r\n\rdata:2\n\r", List.of("|message|1", "|message|2")),
                arguments("mixed", "data:1\r\n\ndata:2\r\r\n", List.of("|message|1", "|message|2")),
                arguments("NULL in data", "data:\0\n\n\n\n", List.of("|message|\0")),
                arguments(
                        "the id remains",
                        "id:1\ndata:a\n\ndata:b\n\nid\ndata:c\n\n",
                        List.of("1|message|a", "1|message|b", "|message|c")),
                arguments("an id with NULL is ignored", "id:1\nid:2\0\ndata:a\n\n", List.of("1|message|a")),
                arguments("an id without data counts", "id:1\n\ndata:a\n\n", List.of("1|message|a")),
                arguments("UTF-8", "data:ok…\ud83d\ude00é\n\n", List.of("|message|ok…\ud83d\ude00é")),
                arguments(
                        "separators of Unicode are no line ends",
                        "data:a\u0085b\u2028c\u000bd\n\n",
                        List.of("|message|a\u0085b\u2028c\u000bd")),
                arguments("a colon in the value", "data:a:b: c\n\n", List.of("|message|a:b: c")),
                arguments("only blank lines", "\n\n\r\n\r\r", List.of()),
                arguments("nothing", "", List.of()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void followsTheSpecification(String name, String stream, List<String> expected) throws IOException {
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        assertThat(parse(new ByteArrayInputStream(bytes))).isEqualTo(expected);
        for (int size = 1; size <= 7; size++) {
            int now = size;
            assertThat(parse(split(bytes, () -> now)))
                    .as("reads of %d bytes", size)
                    .isEqualTo(expected);
        }
    }

    @Test
    void readsAnyMixtureAsAWhole() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] parts = {
            "data",
            ":",
            " ",
            "\r",
            "\n",
            "\r\n",
            "id",
            "event",
            "x",
            "é",
            "\ud83d\ude00",
            "\0",
            "retry",
            "7",
            "\ufeff",
            "\n\n"
        };
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(40); i >= 0; i--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            assertThat(parse(split(bytes, () -> 1 + random.nextInt(3))))
                    .as("seed %d, round %d: %s", seed, round, text)
                    .isEqualTo(model(text.toString()));
        }
    }

    /** The rules of the specification for a stream that is there as a whole. */
    private static List<String> model(String text) {
        String whole = text.startsWith("\ufeff") ? text.substring(1) : text;
        List<String> found = new ArrayList<>();
        String id = "";
        String type = "";
        String data = "";
        String[] lines = whole.split("\r\n|\n|\r", -1);
        for (int i = 0; i < lines.length - 1; i++) {
            String line = lines[i];
            if (line.isEmpty()) {
                if (!data.isEmpty()) {
                    found.add(id + "|" + (type.isEmpty() ? "message" : type) + "|"
                            + data.substring(0, data.length() - 1));
                }
                data = "";
                type = "";
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (name) {
                case "data" -> data += value + "\n";
                case "event" -> type = value;
                case "id" -> id = value.indexOf('\0') < 0 ? value : id;
                default -> {}
            }
        }
        return found;
    }

    @Test
    void replacesInvalidUtf8() throws IOException {
        byte[] bytes = {'d', 'a', 't', 'a', ':', 'a', (byte) 0xff, 'b', (byte) 0xe2, (byte) 0x82, '\n', '\n'};
        assertThat(parse(split(bytes, () -> 1))).containsExactly("|message|a\ufffdb\ufffd");
    }

    @Test
    void readsDelays() throws IOException {
        assertThat(retry("retry:1500")).isEqualTo(Duration.ofMillis(1500));
        assertThat(retry("retry: 0")).isZero();
        assertThat(retry("retry:0003000\nretry:1000x")).isEqualTo(Duration.ofSeconds(3));
        assertThat(retry("retry:-1")).isNull();
        assertThat(retry("retry")).isNull();
        assertThat(retry("retry:\u0661")).isNull();
        assertThat(retry("retry:" + "9".repeat(100))).isEqualTo(Duration.ofMillis(Long.MAX_VALUE));
    }

    private static Duration retry(String lines) throws IOException {
        EventParser parser = new EventParser(
                new ByteArrayInputStream((lines + "\n\n").getBytes(StandardCharsets.UTF_8)), "", MAX, () -> {});
        assertThat(parser.next()).isNull();
        return parser.retry();
    }

    @Test
    void anUnfinishedEventDoesNotMoveTheId() throws IOException {
        EventParser parser = new EventParser(
                new ByteArrayInputStream("id:1\ndata:a\n\nid:2\ndata:b\n".getBytes(StandardCharsets.UTF_8)),
                "",
                MAX,
                () -> {});
        assertThat(parser.next()).isNotNull();
        assertThat(parser.next()).isNull();
        assertThat(parser.lastId()).isEqualTo("1");
    }

    @Test
    void limitsLinesAndEvents() {
        assertThatThrownBy(() -> limited("data:" + "x".repeat(100) + "\n\n"))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("Line 1")
                .hasMessageContaining("64 bytes");
        assertThatThrownBy(() -> limited(":" + "x".repeat(100))).isInstanceOf(StreamException.class);
        assertThatThrownBy(() -> limited("data:1\n\n" + "data:xxxxxxxxx\n".repeat(10)))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("The event at line 7");
    }

    private static void limited(String text) throws IOException {
        EventParser parser =
                new EventParser(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "", 64, () -> {});
        while (parser.next() != null) {
            // Reads all.
        }
    }
}
