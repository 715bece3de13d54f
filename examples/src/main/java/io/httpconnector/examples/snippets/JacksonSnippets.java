package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.HttpConnection;
import io.httpconnector.Response;

/** The code of {@code docs/jackson.md}. */
final class JacksonSnippets {

    private JacksonSnippets() {}

    static HttpConnection ownMapper(ObjectMapper mapper) {
        HttpConnection shop = HttpConnection.named("Shop")
                .baseUrl("https://api.shop.example.com")
                .jsonMapping(Response.JsonMapping.of(mapper)) // Jackson 2; for Jackson 3: Jackson3Mapping.of(mapper)
                .build();
        return shop;
    }

    static void defaultMapper(ObjectMapper mapper) {
        Response.JsonMapping.setDefault(Response.JsonMapping.of(mapper));
    }
}
