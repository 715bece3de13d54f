package io.httpconnector.wizard;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.internal.http.RelativeUrl;
import io.httpconnector.template.Pills;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The URL of a saved request. */
class SavedUrlTest {

    @RegisterExtension
    static WireMockExtension staging = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension production = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @Test
    void savedRequestFollowsTheConnection() {
        staging.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        production.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        SavedRequest saved;
        try (HttpConnection connection =
                HttpConnection.named("S").baseUrl(staging.baseUrl() + "/api/").build()) {
            saved = RequestWizard.of(connection)
                    .get(staging.baseUrl() + "/api/v1/x?a={{in.b}}")
                    .sampleValues(Pills.of("in", Map.of("b", "1")))
                    .send()
                    .review()
                    .apply("T");
        }
        assertThat(saved.toJson().at("/request/url").asText()).isEqualTo("/v1/x?a={{in.b}}");
        try (HttpConnection connection = HttpConnection.named("P")
                .baseUrl(production.baseUrl() + "/other")
                .auth(request -> request.header("Authorization", "Bearer production"))
                .build()) {
            assertThat(saved.send(connection, Pills.of("in", Map.of("b", "2"))).status())
                    .isEqualTo(200);
        }

        assertThat(production.findAll(anyRequestedFor(anyUrl())))
                .singleElement()
                .returns("/other/v1/x?a=2", request -> request.getUrl())
                .returns("Bearer production", request -> request.getHeader("Authorization"));
        assertThat(staging.findAll(anyRequestedFor(anyUrl()))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "https://h/api/v1/x ! https://h/api ! /v1/x",
                "https://H:443/api/v1/x ! https://h/api/ ! /v1/x",
                "HTTPS://h/x ! https://h:443 ! /x",
                "http://h:80/x ! http://h ! /x",
                "https://h ! https://h ! /",
                "https://h?a=b ! https://h ! /?a=b",
                "https://h/{{a.b}}?c={{d.e}} ! https://h ! /{{a.b}}?c={{d.e}}",
                "https://h/apiary/x ! https://h/api ! https://h/apiary/x",
                "https://h/other ! https://h/api ! https://h/other",
                "https://h/api ! https://h/api ! https://h/api",
                "https://h:444/x ! https://h ! https://h:444/x",
                "http://h/x ! https://h ! http://h/x",
                "https://h.evil/x ! https://h ! https://h.evil/x",
                "https://{{a.b}}/x ! https://h ! https://{{a.b}}/x",
                "https://h{{a.b}}/x ! https://h ! https://h{{a.b}}/x",
                "/x ! https://h ! /x",
                "https://[::1]/x ! https://[0:0:0:0:0:0:0:1]:443/ ! /x",
                "https://h/api//x ! https://h/api ! https://h/api//x",
                "https://user@h/api/x ! https://h/api ! https://user@h/api/x",
                "https://h./x ! https://h ! https://h./x",
                "https://h/x ! https://{{auth.host}}/api ! https://h/x"
            })
    void relativeUrl(String url, String base, String relative) {
        assertThat(RelativeUrl.of(url, base)).isEqualTo(relative);
    }
}
