package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values at the end of the buffer, and what happens to the buffer. */
class JsonWriterTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @BeforeEach
    void emptyThePool() {
        while (BufferPool.acquire().length > BufferPool.MIN_SIZE) {
            // Buffers that other tests have enlarged.
        }
    }

    private static byte[] filler(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) ' ');
        return bytes;
    }

    static Stream<JsonNode> values() {
        return Stream.of(
                JSON.numberNode(7),
                JSON.numberNode(-Long.MAX_VALUE),
                JSON.numberNode(Long.MAX_VALUE),
                JSON.numberNode(Long.MIN_VALUE),
                JSON.numberNode(1.5e300),
                JSON.booleanNode(false),
                JSON.nullNode(),
                JSON.textNode("\u0000\u0001\"\\\u00e9\u20ac\ud83d\ude00"),
                JSON.arrayNode().add(1).add(2),
                JSON.objectNode().put("k\n", true));
    }

    @ParameterizedTest
    @MethodSource("values")
    void valueAtTheEndOfTheBufferIsWhole(JsonNode value) {
        String text = JsonWriter.toText(value);
        for (int before = BufferPool.MIN_SIZE - 60; before <= BufferPool.MIN_SIZE + 1; before++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JsonWriter streaming = new JsonWriter(bytes);
                    JsonWriter growing = new JsonWriter(null)) {
                streaming.writeRaw(filler(before));
                streaming.writeValue(value);
                streaming.flush();
                growing.writeRaw(filler(before));
                growing.writeValue(value);

                byte[] expected = (" ".repeat(before) + text).getBytes(StandardCharsets.UTF_8);
                assertThat(bytes.toByteArray()).isEqualTo(expected);
                assertThat(growing.toBytes()).isEqualTo(expected);
                assertThat(streaming.length()).isEqualTo(expected.length);
                assertThat(growing.length()).isEqualTo(expected.length);
            }
        }
    }

    record Point(int x, String name) {}

    @Test
    void objectInsideATreeIsSerialised() {
        assertThat(JsonWriter.toText(JSON.arrayNode().addPOJO(new Point(1, "\u00e4"))))
                .isEqualTo("[{\"x\":1,\"name\":\"\u00e4\"}]");
    }

    @Test
    void bytesAreCountedOnlyBeyondTheMaximum() {
        try (JsonWriter largest = new JsonWriter(null);
                JsonWriter larger = new JsonWriter(null)) {
            largest.writeRaw(filler(BufferPool.MAX_SIZE));
            assertThat(largest.toBytes()).hasSize(BufferPool.MAX_SIZE);
            assertThat(largest.length()).isEqualTo(BufferPool.MAX_SIZE);

            larger.writeRaw(filler(BufferPool.MAX_SIZE));
            larger.writeRaw((byte) ' ');
            assertThat(larger.toBytes()).isNull();
            assertThat(larger.length()).isEqualTo(BufferPool.MAX_SIZE + 1);
            larger.writeRaw(filler(3 * BufferPool.MAX_SIZE));
            assertThat(larger.toBytes()).isNull();
            assertThat(larger.length()).isEqualTo(4L * BufferPool.MAX_SIZE + 1);
        }
    }

    @Test
    void streamReceivesWhatTheSmallBufferCannotHold() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonWriter writer = new JsonWriter(bytes)) {
            writer.writeRaw(filler(10 * BufferPool.MIN_SIZE));

            assertThat(bytes.size()).isGreaterThanOrEqualTo(9 * BufferPool.MIN_SIZE);
        }
    }

    @Test
    void bufferIsReused() {
        try (JsonWriter writer = new JsonWriter(null)) {
            writer.writeRaw(filler(3 * BufferPool.MIN_SIZE));
        }

        assertThat(BufferPool.acquire()).hasSize(4 * BufferPool.MIN_SIZE);
        assertThat(BufferPool.acquire()).hasSize(BufferPool.MIN_SIZE);
    }
}
