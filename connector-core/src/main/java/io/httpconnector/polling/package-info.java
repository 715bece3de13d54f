/** Polling triggers: detect new and changed records of a service. */
@NullMarked
package io.httpconnector.polling;

import org.jspecify.annotations.NullMarked;
