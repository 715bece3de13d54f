package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.TimestampFormat.TimeRange;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Time formats of services, in records and in the query. */
class TimestampFormatTest extends RecordServiceFixture {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"2026-01-31T12:00:10Z\"                | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10.123Z\"            | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10.123456789Z\"      | 2026-01-31T12:00:09Z",
                "\"2026-01-31t12:00:10z\"                | 2026-01-31T12:00:09Z",
                "\"2026-01-31T14:00:10+02:00\"           | 2026-01-31T12:00:09Z",
                "\"2026-01-31T14:00:10.000+0200\"        | 2026-01-31T12:00:09Z",
                "\"2026-01-31T14:00:10+02\"              | 2026-01-31T12:00:09Z",
                "\"2026-01-31 12:00:10\"                 | 2026-01-31T12:00:09Z",
                "\"2026-01-31 12:00:10.5+00:00\"         | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00\"                    | 2026-01-31T11:59:59Z",
                "\"2026-01-31\"                          | 2026-01-30T23:59:59Z",
                "\"20260131\"                            | 2026-01-30T23:59:59Z",
                "\"Sat, 31 Jan 2026 12:00:10 GMT\"       | 2026-01-31T12:00:09Z",
                "1769860810                              | 2026-01-31T12:00:09Z",
                "1769860810.75                           | 2026-01-31T12:00:09Z",
                "\"1769860810\"                          | 2026-01-31T12:00:09Z",
                "1769860810123                           | 2026-01-31T12:00:09Z",
                "\"1769860810123\"                       | 2026-01-31T12:00:09Z",
                "1769860810123456                        | 2026-01-31T12:00:09Z",
                "1769860810123456789                     | 2026-01-31T12:00:09Z",
                "1.76986081E9                            | 2026-01-31T12:00:09Z",
                "\"2026-01-31 12:00:10Z\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31 12:00:10 Z\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31 12:00:10 UTC\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10UTC\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31 12:00:10.5 GMT\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31 14:00:10 +0200\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31 14:00:10.123 +02:00\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10.1Z\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10.12345Z\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10.1234567890123Z\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10,123Z\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10+0000\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10-00:00\" | 2026-01-31T12:00:09Z",
                "\"20260131T120010Z\" | 2026-01-31T12:00:09Z",
                "\"20260131120010\" | 2026-01-31T12:00:09Z",
                "20260131120010 | 2026-01-31T12:00:09Z",
                "\"20260131120010123\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:10Z[UTC]\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T14:00:10.5+02:00[Europe/Berlin]\" | 2026-01-31T12:00:09Z",
                "\"Sat Jan 31 14:00:10 +0200 2026\" | 2026-01-31T12:00:09Z",
                "\"20260131T140010+0200\" | 2026-01-31T12:00:09Z",
                "\"Sat, 31 Jan 2026 12:00:10 UTC\" | 2026-01-31T12:00:09Z",
                "\"Sat, 31 Jan 2026 14:00:10 +0200\" | 2026-01-31T12:00:09Z",
                "\"31 Jan 2026 12:00:10 GMT\" | 2026-01-31T12:00:09Z",
                "\"Sat Jan 31 12:00:10 2026\" | 2026-01-31T12:00:09Z",
                "\"/Date(1769860810123)/\" | 2026-01-31T12:00:09Z",
                "\"/Date(1769860810123+0200)/\" | 2026-01-31T12:00:09Z",
                "\"1769860810.123456\" | 2026-01-31T12:00:09Z",
                "\"2026-01-31T12:00:60Z\"                | 2026-01-31T12:00:58Z",
                "\"2026-01-31T12:00Z\"                   | 2026-01-31T11:59:59Z",
                "\"20260131T1200Z\"                      | 2026-01-31T11:59:59Z",
            })
    void commonFormatsAreRead(String written, String asked) {
        assertThat(asked(JsonSupport.parse(written), cursor -> cursor)).isEqualTo(asked);
    }

    @Test
    void queryUsesFormatOfService() {
        JsonNode seconds = JsonSupport.parse("1769860810");
        assertThat(asked(seconds, Cursor::epochSeconds)).isEqualTo("1769860809");
        assertThat(asked(JsonSupport.parse("1769860810123"), Cursor::epochMillis))
                .isEqualTo("1769860809000");
        JsonNode local = JsonSupport.parse("\"31.01.2026 13:00\"");
        assertThat(asked(
                        local,
                        cursor -> cursor.format("dd.MM.yyyy HH:mm")
                                .zone(ZoneId.of("Europe/Berlin"))
                                .resolution(Duration.ofMinutes(1))))
                .isEqualTo("31.01.2026 12:59");
        // Queries of Jira have another format than its records.
        assertThat(asked(
                        JsonSupport.parse("\"2026-01-31T13:00:30.000+0100\""),
                        cursor -> cursor.format("yyyy/MM/dd HH:mm").resolution(Duration.ofMinutes(1))))
                .isEqualTo("2026/01/31 11:59");
        assertThat(asked(
                        JsonSupport.parse("\"2026-01-31\""),
                        cursor -> cursor.format("yyyy-MM-dd").resolution(Duration.ofDays(1))))
                .isEqualTo("2026-01-30");
        assertThat(asked(
                        JsonSupport.parse("\"Jan 31, 2026 1:00:10 PM\""),
                        cursor -> cursor.format("MMM d, yyyy h:mm:ss a")))
                .isEqualTo("Jan 31, 2026 1:00:09 PM");
    }

    @Test
    void dayResolutionDeliversRecordsOfDayOnce() {
        Cursor days = Cursor.timestamp("/t")
                .format("yyyy-MM-dd")
                .resolution(Duration.ofDays(1))
                .sentAs("since");
        int[] count = {0};
        StringBuilder records = new StringBuilder("{\"id\":0,\"t\":\"2026-01-31\"}");
        service.behaviour = asked -> MockResponse.of("application/json", "[" + records + "]");
        try (PollingTrigger trigger = builder(days).handler(event -> count[0]++).build()) {
            for (int i = 1; i <= 5; i++) {
                trigger.pollOnce();
                records.append(",{\"id\":").append(i).append(",\"t\":\"2026-01-31\"}");
            }
        }
        assertThat(count[0]).isEqualTo(5);
    }

    @Test
    void recordWithoutTimeIsDeliveredOnce() {
        service.behaviour = asked -> MockResponse.of("application/json", "[{\"id\": 1, \"t\": null}, {\"id\": 2}]");
        int[] count = {0};
        try (PollingTrigger trigger = builder(Cursor.timestamp("/t").sentAs("since"))
                .handler(event -> count[0]++)
                .build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(count[0]).isEqualTo(2);
    }

    /** An ambiguous time is not guessed; the message contains no value of the record. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "01/02/2026",
                "2026/01/02 10:00",
                "01-02-2026",
                "10:00",
                "2026-13-30",
                "2026-01-31T25:00:00Z",
                "31.01.26",
                "Jan 31, 2026"
            })
    void ambiguousTimeIsRejectedWithRecognizedFormats(String written) {
        service.behaviour = asked -> MockResponse.of("application/json", "[{\"id\": 1, \"t\": \"" + written + "\"}]");
        try (PollingTrigger trigger =
                builder(Cursor.timestamp("/t").sentAs("since")).build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining("ISO 8601 and RFC 3339")
                    .hasMessageContaining("format(")
                    .hasMessageNotContaining(written);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE / 2 + 1, 1L << 62, (1L << 62) - 1})
    void longLookbackOfNumberStartsAtMinimum(long lookback) {
        long[] id = {Long.MIN_VALUE / 4};
        service.behaviour =
                asked -> MockResponse.of("application/json", "[{\"id\": " + id[0] + ", \"t\": " + id[0] + "}]");
        int[] count = {0};
        try (PollingTrigger trigger = builder(
                        Cursor.number("/t").sentAs("since").lookback(lookback))
                .handler(event -> count[0]++)
                .build()) {
            for (long next : new long[] {Long.MIN_VALUE / 4, 5, Long.MAX_VALUE / 2, Long.MAX_VALUE}) {
                id[0] = next;
                trigger.pollOnce();
            }
        }
        assertThat(count[0]).isEqualTo(4);
        assertThat(service.requests)
                .allSatisfy(asked -> assertThat(asked.query().getOrDefault("since", "0"))
                        .satisfies(since ->
                                assertThat(Long.parseLong(since)).isLessThanOrEqualTo(Long.MAX_VALUE / 2 + 1)));
    }

    static Stream<String> absurd() {
        return Stream.of(
                "\"yesterday\"", "1e100000000", "1e-100000000", "-1e-2147483647", "\"" + "9".repeat(5_000_000) + "\"");
    }

    @ParameterizedTest
    @MethodSource("absurd")
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void invalidTimeIsReported(String written) {
        service.behaviour = asked -> MockResponse.of("application/json", "[{\"id\": 1, \"t\": " + written + "}]");
        for (Cursor cursor : List.of(Cursor.timestamp("/t"), Cursor.number("/t"))) {
            try (PollingTrigger trigger = builder(cursor.sentAs("since")).build()) {
                assertThatThrownBy(trigger::pollOnce)
                        .isInstanceOf(PollingException.class)
                        .hasMessageContaining("neither a time nor a number");
            }
        }
    }

    /** The unit of a number is detected by its digits; times outside of the supported range count as its limits. */
    @ParameterizedTest
    @CsvSource({
        "100000000, 100000000000000000",
        "99999999999, 4611686018427387903",
        "100000000000, 100000000000000000",
        "99999999999999, 4611686018427387903",
        "100000000000000, 100000000000000000",
        "99999999999999999, 4611686018427387903",
        "100000000000000000, 100000000000000000",
        "-100000000000, -100000000000000000",
        "-1e30, -4611686018427387904",
        "-1.5, -1500000000",
        "20260131, 20260131000000000",
    })
    void unitOfANumberIsDetected(String number, long nanos) {
        assertThat(TimestampFormat.AUTO.read(JsonSupport.parse(number))).isEqualTo(new TimeRange(nanos, nanos));
    }

    @Test
    void declaredUnitIsUsed() {
        TimestampFormat seconds = new TimestampFormat(null, 0, ZoneOffset.UTC);
        TimestampFormat millis = new TimestampFormat(null, 3, ZoneOffset.UTC);

        assertThat(seconds.read(TextNode.valueOf("20260131")))
                .isEqualTo(new TimeRange(20260131_000_000_000L, 20260131_000_000_000L));
        assertThat(seconds.read(TextNode.valueOf("100000000000")))
                .as("in milliseconds if the unit were detected")
                .isEqualTo(new TimeRange(Long.MAX_VALUE / 2, Long.MAX_VALUE / 2));
        assertThat(millis.read(TextNode.valueOf("1001"))).isEqualTo(new TimeRange(1_001_000_000L, 1_001_000_000L));
        assertThat(seconds.write(1_999_999_999)).isEqualTo("1");
        assertThat(seconds.write(-1)).isEqualTo("-1");
        assertThat(millis.write(1_999_999_999)).isEqualTo("1999");
    }

    @Test
    void timeOfUpTo100CharactersIsRead() {
        String time = "2026-01-31T12:00:10." + "1".repeat(79) + "Z";

        assertThat(TimestampFormat.AUTO.read(TextNode.valueOf(time)))
                .isEqualTo(TimestampFormat.AUTO.read(TextNode.valueOf("2026-01-31T12:00:10.111111111Z")));
        assertThatThrownBy(() -> TimestampFormat.AUTO.read(TextNode.valueOf("1" + time)))
                .isInstanceOf(DateTimeException.class)
                .hasMessageContaining("101 characters");
    }

    /** When the clocks are set back, local times occur twice: the query starts before them. */
    @ParameterizedTest
    @CsvSource({
        "2026-10-24T23:59:59Z, 2026-10-24T23:59:59Z",
        "2026-10-25T00:00:00Z, 2026-10-24T23:59:00Z",
        "2026-10-25T00:59:59Z, 2026-10-24T23:59:00Z",
        "2026-10-25T01:00:00Z, 2026-10-25T01:00:00Z",
        "2026-03-29T00:30:00Z, 2026-03-29T00:30:00Z",
    })
    void queryStartsBeforeTheRepeatedHour(String time, String start) {
        TimestampFormat local =
                new TimestampFormat(TimestampFormat.pattern("dd.MM.yyyy HH:mm"), -1, ZoneId.of("Europe/Berlin"));
        long minute = Duration.ofMinutes(1).toNanos();
        long nanos = TimestampFormat.nanos(Instant.parse(time));

        assertThat(TimestampFormat.instant(local.unambiguous(nanos, minute))).isEqualTo(start);
        assertThat(TimestampFormat.AUTO.unambiguous(nanos, minute)).isEqualTo(nanos);
        TimeRange repeated = Objects.requireNonNull(local.read(TextNode.valueOf("25.10.2026 02:30")));
        assertThat(TimestampFormat.instant(repeated.earliest())).isEqualTo("2026-10-25T00:30:00Z");
        assertThat(TimestampFormat.instant(repeated.latest())).isEqualTo("2026-10-25T01:30:00Z");
    }

    /** The query of the second poll, after a record with this time. */
    private String asked(JsonNode time, UnaryOperator<Cursor> with) {
        service.requests.clear();
        service.behaviour = asked -> MockResponse.json(List.of(
                JsonSupport.parse("{\"id\": 1}"), ((ObjectNode) JsonSupport.parse("{\"id\": 2}")).set("t", time)));
        try (PollingTrigger trigger =
                builder(with.apply(Cursor.timestamp("/t").sentAs("since"))).build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        return service.requests.get(1).query().get("since");
    }

    private PollingTriggerBuilder builder(Cursor cursor) {
        return trigger().cursor(cursor);
    }
}
