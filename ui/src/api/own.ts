/** The citizen's own page: what is kept about me, and what I can do about it. */
import { server, told } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type MyNote = Schemas["MyNote"];
export type MyPromise = Schemas["MyPromise"];
export type MyCallback = Schemas["CallbackView"];
export type MyMatters = Schemas["MyMatters"];
export type MyTask = Schemas["MyTask"];
export type MyContact = Schemas["MyContact"];
export type MyReading = Schemas["MyReading"];

const at = (id: string) => ({ params: { path: { id } } });

export const own = {
  notes: () => told<{ items: MyNote[] }>(server.GET("/api/v1/me/notes")),
  promises: () => told<{ items: MyPromise[] }>(server.GET("/api/v1/me/promises")),
  callbacks: () => told<{ items: MyCallback[] }>(server.GET("/api/v1/me/callbacks")),
  cancelCallback: (id: string) => told(server.DELETE("/api/v1/me/callbacks/{id}", at(id))),
  matters: () => told<MyMatters>(server.GET("/api/v1/me/matters")),
  confirm: (id: string) => told<{ level: string }>(server.POST("/api/v1/me/contacts/{id}/confirm", at(id))),
  readings: () => told<{ items: MyReading[] }>(server.GET("/api/v1/me/readings")),
};
