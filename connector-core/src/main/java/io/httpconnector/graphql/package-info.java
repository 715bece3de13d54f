/** GraphQL requests. Errors in responses are {@link io.httpconnector.GraphQlException}s. */
@NullMarked
package io.httpconnector.graphql;

import org.jspecify.annotations.NullMarked;
