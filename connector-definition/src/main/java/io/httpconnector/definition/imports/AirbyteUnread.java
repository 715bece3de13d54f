package io.httpconnector.definition.imports;

import java.util.List;
import java.util.Map;

/** Reports the members of components of Airbyte that change requests or records, and have no counterpart. */
final class AirbyteUnread {

    private static final String LATER_PAGES = "ignore_stream_slicer_parameters_on_paginated_requests";

    private static final Map<String, List<String>> MEMBERS = Map.of(
            "DeclarativeStream", List.of("file_uploader"),
            "SimpleRetriever", List.of(LATER_PAGES, "pagination_reset"),
            "HttpRequester", List.of("query_properties", "fetch_properties_from_endpoint"),
            "DpathExtractor", List.of("record_expander"),
            "MinMaxDatetime", List.of("min_datetime", "max_datetime"),
            "CsvDecoder", List.of("set_values_to_none"),
            "WaitTimeFromHeader", List.of("max_waiting_time_in_seconds"),
            "JwtAuthenticator", List.of("passphrase"),
            "OAuthAuthenticator",
                    List.of(
                            "client_id_name",
                            "client_secret_name",
                            "refresh_token_name",
                            "grant_type_name",
                            "access_token_value"));

    private AirbyteUnread() {}

    /** Reports such members of a component, and of those within it. */
    static void note(CatalogueItem item) {
        if (item.node().isArray()) {
            item.elements().forEach(AirbyteUnread::note);
            return;
        }
        for (String name : MEMBERS.getOrDefault(item.text("type", ""), List.of())) {
            if (item.has(name) && !"false".equalsIgnoreCase(item.text(name)) && !isWithoutEffect(item, name)) {
                item.at(name).note("there is no counterpart of \"" + name + "\" in a connector document");
            }
        }
        item.members().forEach((name, member) -> {
            if (member.node().isContainerNode()
                    && !name.equals("schema_loader")
                    && !name.equals(AirbyteDelegation.CHANGES)) {
                note(member);
            }
        });
    }

    /** Returns whether a member changes nothing here: the URL of the next page, for example, is requested as it is. */
    private static boolean isWithoutEffect(CatalogueItem item, String name) {
        return switch (name) {
            case LATER_PAGES ->
                "RequestPath"
                        .equals(item.at("paginator").at("page_token_option").text("type"));
            case "client_id_name", "client_secret_name", "refresh_token_name", "grant_type_name" ->
                (item.text(name) + "_name").equals(name);
            // The first token is always requested.
            case "access_token_value" -> item.has("token_refresh_endpoint");
            default -> false;
        };
    }
}
