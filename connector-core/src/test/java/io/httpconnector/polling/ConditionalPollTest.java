package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Validators of conditional polls, such that no change is missed: RFC 9110, section 8.8. */
@Timeout(30)
class ConditionalPollTest extends RecordServiceFixture {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    /** A service that stores times in seconds: two changes within one second have the same modification time. */
    @Test
    void changeWithinSameSecondIsDetected() {
        List<Map<String, Integer>> items = new ArrayList<>(List.of(Map.of("id", 1)));
        Instant[] date = {NOON};
        service.behaviour = asked -> http(NOON).equals(asked.headers().get("If-Modified-Since"))
                ? MockResponse.status(304).header("Date", http(date[0]))
                : MockResponse.json(items).header("Last-Modified", http(NOON)).header("Date", http(date[0]));
        try (PollingTrigger trigger = conditional()) {
            trigger.pollOnce();
            items.add(Map.of("id", 2));
            date[0] = NOON.plusSeconds(5);
            trigger.pollOnce();
            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
            assertThat(trigger.pollOnce().notModified()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,        0,    false, false",
                "-,        -1,   false, false",
                "-,        1,    false, true",
                "-,        3600, false, true",
                "'\"a\"',  -,    true,  false",
                "'\"a\"',  0,    true,  false",
                "'\"a\"',  60,   true,  true",
                "'W/\"a\"', -,   true,  false",
                "'W/\"a\"', 0,   false, false",
                "'W/\"a\"', 60,  true,  true"
            })
    void reliableValidatorsAreSent(String etag, Integer age, boolean sendsTag, boolean sendsTime) {
        service.behaviour = asked -> {
            MockResponse response = MockResponse.json(List.of(Map.of("id", 1))).header("Date", http(NOON));
            MockResponse tagged = etag == null ? response : response.header("ETag", etag);
            return age == null ? tagged : tagged.header("Last-Modified", http(NOON.minusSeconds(age)));
        };
        try (PollingTrigger trigger = conditional()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        MockRequest second = service.requests.get(1);
        assertThat(second.headers().containsKey("If-None-Match")).isEqualTo(sendsTag);
        assertThat(second.headers().containsKey("If-Modified-Since")).isEqualTo(sendsTime);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'Wed, 25 Nov 2026 11:00:00 GMT'",
        "'Wed, 25 Nov 2026 12:00:00 GMT', yesterday",
        "yesterday, yesterday"
    })
    void incomparableTimesAreIgnored(String date, String lastModified) {
        service.behaviour = asked ->
                MockResponse.json(List.of(Map.of("id", 1))).header("Date", date).header("Last-Modified", lastModified);
        try (PollingTrigger trigger = conditional()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(service.requests.get(1).headers()).doesNotContainKeys("If-None-Match", "If-Modified-Since");
    }

    @Test
    void otherMethodsAreUnconditional() {
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", 1))).header("ETag", "\"a\"");
        try (PollingTrigger trigger = conditional(
                RequestTemplate.named("Search").post("/records").json("{}").build())) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(service.requests.get(1).headers()).doesNotContainKey("If-None-Match");
    }

    private static String http(Instant time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atZone(ZoneOffset.UTC));
    }

    private PollingTrigger conditional() {
        return trigger().conditionalRequests().build();
    }

    private PollingTrigger conditional(RequestTemplate request) {
        return trigger().request(request).conditionalRequests().build();
    }
}
