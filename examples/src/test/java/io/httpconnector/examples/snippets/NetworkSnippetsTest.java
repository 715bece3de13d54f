package io.httpconnector.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import org.junit.jupiter.api.Test;

class NetworkSnippetsTest {

    @Test
    void transportInTheSameProcess() {
        try (HttpConnection local = NetworkSnippets.inProcess()) {
            assertThat(local.send(Request.get("/orders/7")).json().path("path").asText())
                    .isEqualTo("/orders/7");
            assertThat(local.send(Request.post("/orders").json("{}")).status()).isEqualTo(200);
        }
    }
}
