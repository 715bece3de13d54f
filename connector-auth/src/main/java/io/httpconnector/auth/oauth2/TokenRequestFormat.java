package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The format of the parameters of a token request. */
public enum TokenRequestFormat {
    /** A form in the body: RFC 6749, section 4.1.3. */
    @JsonProperty("form")
    FORM,
    /** A JSON object in the body. */
    @JsonProperty("json")
    JSON,
    /** The query of the URL. */
    @JsonProperty("query")
    QUERY
}
