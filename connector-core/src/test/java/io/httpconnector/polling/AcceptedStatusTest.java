package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ResponseRule;
import io.httpconnector.ResponseRule.Action;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.template.RequestTemplateBuilder;
import io.httpconnector.trigger.TriggerEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Responses with an error status that are accepted: by a rule they have records, by the request they have none. */
@Timeout(30)
class AcceptedStatusTest extends RecordServiceFixture {

    private static final ResponseRule ACCEPTED =
            ResponseRule.forStatus(400, 499).json("/items").treatAs(Action.ACCEPT);

    private static RequestTemplateBuilder list() {
        return RequestTemplate.named("List").get("/records");
    }

    private static MockResponse page(int status, Object body) {
        MockResponse page = MockResponse.json(body);
        return new MockResponse(status, page.type(), page.headers(), page.body());
    }

    private PollingTriggerBuilder trigger(RequestTemplateBuilder request) {
        return trigger().request(request.build()).records(RecordSelector.at("/items"));
    }

    @Test
    void ruleAcceptsRecords() {
        service.behaviour = asked -> page(400, Map.of("items", List.of(Map.of("id", 1), Map.of("id", 2))));
        PollingTriggerBuilder builder = trigger(list().rule(ACCEPTED));
        try (PollingTrigger trigger = builder.build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(2);
            assertThat(trigger.status().warnings()).noneMatch(warning -> warning.contains("ignored"));
        }
        events.clear();
        try (PollingTrigger trigger = trigger().definition(builder.toJson()).build()) {
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
    }

    /** An accepted error is no list: the poll does not silently have no records. */
    @Test
    void acceptedResponseWithoutListIsAnError() {
        service.behaviour = asked -> page(500, Map.of("error", "down"));
        RequestTemplateBuilder any =
                list().rule(ResponseRule.forStatus(300, 599).treatAs(Action.ACCEPT));
        try (PollingTrigger trigger = trigger(any).build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining("/items");
        }
    }

    @Test
    void statusThatTheRequestAcceptsHasNoRecords() {
        service.behaviour = asked -> page(404, Map.of("items", List.of(Map.of("id", 1))));
        try (PollingTrigger trigger =
                trigger(list().acceptStatus(404).rule(ACCEPTED)).build()) {
            assertThat(trigger.pollOnce().events()).isZero();
            assertThat(trigger.status().warnings()).anyMatch(warning -> warning.contains("ignored"));
        }
    }

    @Test
    void statusAfterTheLastPageEndsTheReadAlthoughARuleAcceptsIt() {
        service.behaviour = asked -> asked.number("page", 1) > 2
                ? page(404, Map.of("error", "no such page"))
                : page(200, Map.of("items", List.of(Map.of("id", asked.number("page", 1)))));
        RequestTemplateBuilder any = list().rule(ResponseRule.forStatus(404).treatAs(Action.ACCEPT));
        try (PollingTrigger trigger = trigger(any)
                .pagination(Pagination.pages("page").endsWithStatus(404))
                .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(2);
        }
    }
}
