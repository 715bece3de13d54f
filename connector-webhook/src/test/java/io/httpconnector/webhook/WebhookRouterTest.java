package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of receivers at unguessable URLs. */
class WebhookRouterTest {

    private final List<WebhookEvent> events = new ArrayList<>();
    private final WebhookReceiver leads =
            WebhookReceiver.named("leads").unverified().handler(events::add).build();

    private static WebhookRequest post(String path) {
        return WebhookRequest.of("POST", path, "", Map.of(), "{}".getBytes(UTF_8));
    }

    @Test
    void hostMayHaveAnUnderscore() {
        for (String url : new String[] {"https://my_app.example.com/hooks", "http://my_app:8080"}) {
            assertThat(WebhookRouter.at(url)).isNotNull();
        }
        for (String url : new String[] {"https://user@my_app/hooks", "https:///hooks", "https://my_app:x/"}) {
            assertThatThrownBy(() -> WebhookRouter.at(url)).isInstanceOf(InvalidDefinitionException.class);
        }
    }

    @Test
    void receiverIsFoundByItsToken() {
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        String token = WebhookRouter.newToken();

        URI url = router.add(token, leads);

        assertThat(url).hasToString("https://app.example.com/hooks/" + token);
        assertThat(router.receive(post("/hooks/" + token)).status()).isEqualTo(200);
        assertThat(router.receive(post("/hooks/" + WebhookRouter.newToken())).status())
                .isEqualTo(404);
        assertThat(router.toString()).doesNotContain(token);
    }

    @Test
    void tokensHave128RandomBits() {
        Set<String> tokens = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            tokens.add(WebhookRouter.newToken());
        }

        assertThat(tokens).hasSize(1000).allMatch(token -> token.matches("[A-Za-z0-9_-]{22}"));
    }

    @Test
    void urlIsRotatedAndRevoked() {
        WebhookRouter router =
                WebhookRouter.at("https://app.example.com/hooks/").mountedAt("/");
        String old = WebhookRouter.newToken();
        String fresh = WebhookRouter.newToken();
        router.add(old, leads);
        router.add(fresh, leads);

        assertThat(router.receive(post("/" + old)).status()).isEqualTo(200);
        assertThat(router.revoke(old)).isTrue();
        assertThat(router.revoke(old)).isFalse();
        assertThat(router.receive(post("/" + old)).status()).isEqualTo(404);
        assertThat(router.receive(post("/" + fresh)).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/hooks/",
                "/hooks",
                "/",
                "",
                "/hooks/TOKEN/",
                "/hooks/TOKEN/x",
                "/hooks/../hooks/TOKEN",
                "/hooks//TOKEN",
                "/hooks/%2e%2e/TOKEN",
                "/hooks/TOKEN%2F",
                "/hooks%2FTOKEN",
                "/HOOKS/TOKEN",
                "/hooks/TOKEN;a=b",
                "/hooks/TOKEN\u0000",
                "/hooks/TOKEN%00",
                "/x/hooks/TOKEN"
            })
    void onlyTheExactPathIsMeant(String path) {
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        String token = WebhookRouter.newToken();
        router.add(token, leads);

        assertThat(router.receive(post(path.replace("TOKEN", token))).status()).isEqualTo(404);
        assertThat(events).isEmpty();
    }

    @Test
    void servicesThatSignTheirUrlNeedNoFurtherSettings() {
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        String token = WebhookRouter.newToken();
        List<String> urls = new ArrayList<>();
        router.add(token, request -> {
            urls.add(request.url().orElse("none"));
            return WebhookResponse.of(200);
        });

        router.receive(WebhookRequest.of("POST", "/hooks/" + token, "a=1", Map.of(), null));

        assertThat(urls).containsExactly("https://app.example.com/hooks/" + token + "?a=1");
    }

    @Test
    void maxBodyIsThatOfTheLargestReceiver() {
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        assertThat(router.maxBody()).isZero();
        router.add(WebhookRouter.newToken(), leads);
        router.add(
                WebhookRouter.newToken(),
                WebhookReceiver.named("large")
                        .unverified()
                        .maxBody(5_000_000)
                        .handler(events::add)
                        .build());

        assertThat(router.maxBody()).isEqualTo(5_000_000);
    }

    @Test
    void invalidUrlsAndTokensAreRejected() {
        assertThatThrownBy(() -> WebhookRouter.at("ftp://x/")).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> WebhookRouter.at("/hooks")).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> WebhookRouter.at(null)).isInstanceOf(InvalidDefinitionException.class);
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        assertThatThrownBy(() -> router.add("short", leads)).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> router.add("../../../../../../../../x", leads))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> router.add(WebhookRouter.newToken(), null))
                .isInstanceOf(InvalidDefinitionException.class);
    }
}
