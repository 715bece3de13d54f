package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.HttpConnection;

/** The code of {@code docs/jackson.md}. */
final class JacksonSnippets {

    private JacksonSnippets() {}

    static HttpConnection ownMapper(ObjectMapper mapper) {
        HttpConnection shop = HttpConnection.named("Shop")
                .baseUrl("https://api.shop.example.com")
                .jsonMapping((json, type) -> mapper.readValue(json, mapper.constructType(type)))
                .build();
        return shop;
    }
}
