package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A service writes parameters into a link or a redirect that the connection or its auth strategy adds, too. */
class QueryOfLinksTest {

    private static final AuthStrategy KEY = CustomAuth.query("api_key", Secret.of("q-123"));

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static HttpConnection connection(UnaryOperator<HttpConnectionBuilder> with) {
        service.stubFor(any(anyUrl()).willReturn(okJson("{\"items\": []}")));
        return with.apply(HttpConnection.named("Service").baseUrl(service.baseUrl()))
                .build();
    }

    private static List<String> requested() {
        return service.getAllServeEvents().stream()
                .map(event -> event.getRequest().getUrl())
                .toList();
    }

    private static String last() {
        return service.getAllServeEvents().get(0).getRequest().getUrl();
    }

    @ParameterizedTest
    @CsvSource({
        "/y?api_key=q-123, /y?api_key=q-123",
        "/y?api_key=other, /y?api_key=q-123",
        "/y?api_key, /y?api_key=q-123",
        "/y?%61pi%5Fkey=other&a=1, /y?a=1&api_key=q-123",
        "/y?a=1&api_key=x&b=2&api_key=y, /y?a=1&b=2&api_key=q-123",
        "/y?my_api_key=1&api_key2=2, /y?my_api_key=1&api_key2=2&api_key=q-123",
        "/y?a=api_key=1, /y?a=api_key=1&api_key=q-123",
        "/y?a=%2B+%20&&b, /y?a=%2B+%20&&b&api_key=q-123",
        "/y, /y?api_key=q-123"
    })
    void credentialReplacesThatOfALink(String link, String expected) {
        try (HttpConnection connection = connection(c -> c.auth(KEY))) {
            service.stubFor(any(urlPathEqualTo("/from"))
                    .willReturn(aResponse().withStatus(302).withHeader("Location", link)));

            connection.send(Request.get("/from"));
            assertThat(last()).isEqualTo(expected);
            connection.send(Request.get("/from").acceptStatus(302).withUrl(link));
            assertThat(last()).isEqualTo(expected);
            connection.send(Request.get(service.baseUrl() + link));
            assertThat(last()).isEqualTo(expected);
        }
    }

    @Test
    void eachStrategyReplaces() {
        AuthStrategy lambda = request -> KEY.apply(request.query("sig", "1").query("sig", "2"));
        AuthStrategy all = CombinedAuth.of(CustomAuth.query("a b", Secret.of("k")), lambda);
        try (HttpConnection connection = connection(c -> c.auth(all))) {
            connection.send(Request.get("/y?sig=0&a+b=1&a%20b=2&c=3&api_key=4"));

            assertThat(last()).isEqualTo("/y?c=3&a%20b=k&sig=1&sig=2&api_key=q-123");
        }
    }

    @Test
    void parametersOfTheRequestStay() {
        try (HttpConnection connection = connection(c -> c.auth(KEY))) {
            connection.send(Request.get("/y?a=1").query("a", "2").query("a", Secret.of("3")));

            assertThat(last()).isEqualTo("/y?a=1&a=2&a=3&api_key=q-123");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/y?dq=y, /y?dq=y",
        "/y?d%71=y, /y?d%71=y",
        "/y?DQ=y, /y?DQ=y",
        "/y?dq, /y?dq",
        "/y?a=1, /y?a=1&dq=plainq",
        "/y?a=dq=1, /y?a=dq=1&dq=plainq",
        "/y, /y?dq=plainq"
    })
    void defaultIsForRequestsWithoutThatName(String link, String expected) {
        try (HttpConnection connection = connection(c -> c.query("dq", "plainq"))) {
            connection.send(Request.get(link));
            assertThat(last()).isEqualTo(expected);
            connection.send(Request.get("/from").withUrl(service.baseUrl() + link));
            assertThat(last()).isEqualTo(expected);
        }
    }

    private enum Pages {
        LINK_HEADER {
            @Override
            PollingTriggerBuilder of(PollingTriggerBuilder trigger) {
                return trigger.pagination(Pagination.linkHeader());
            }
        },
        NEXT_URL {
            @Override
            PollingTriggerBuilder of(PollingTriggerBuilder trigger) {
                return trigger.pagination(Pagination.nextUrl("/next"));
            }
        },
        CURSOR {
            @Override
            PollingTriggerBuilder of(PollingTriggerBuilder trigger) {
                return trigger.cursor(Cursor.nextUrl("/next"));
            }
        };

        abstract PollingTriggerBuilder of(PollingTriggerBuilder trigger);
    }

    @ParameterizedTest
    @EnumSource
    void pagesHaveEachParameterOnce(Pages pages) {
        try (HttpConnection connection = connection(c -> c.auth(KEY).query("dq", "plainq"))) {
            String next = "/p2?api_key=q-123&dq=y";
            ResponseDefinitionBuilder first = okJson("{\"items\": [{\"id\": 1}], \"next\": \"" + next + "\"}")
                    .withHeader("Link", "<" + next + ">; rel=\"next\"");
            service.stubFor(any(urlPathEqualTo("/p1")).willReturn(first));
            service.stubFor(any(urlPathEqualTo("/p2")).willReturn(okJson("{\"items\": [{\"id\": 2}]}")));
            try (PollingTrigger trigger = pages.of(PollingTrigger.named("items")
                            .connection(connection)
                            .request(RequestTemplate.named("Items").get("/p1").build())
                            .records(RecordSelector.at("/items"))
                            .key("/id")
                            .startPosition(StartPosition.everything())
                            .store(StateStore.inMemory())
                            .handler(event -> {}))
                    .build()) {
                trigger.pollOnce();
                trigger.pollOnce();
            }
            assertThat(requested()).contains("/p1?dq=plainq&api_key=q-123", "/p2?dq=y&api_key=q-123");
            assertThat(requested()).allMatch(url -> url.split("api_key", -1).length == 2);
        }
    }
}
